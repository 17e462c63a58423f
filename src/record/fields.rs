//! The alias table: which keys mean trace id, time, severity, service, …
//!
//! One table for JSON, logfmt and every other keyed text. Keys are compared without case and
//! without `_`, `-`, `.`, `/`, `:` and blanks, so `trace_id`, `traceId`, `trace.id` and a nested
//! `{"trace":{"id":…}}` are one row. Makes [`Slot`]s from keys; reads no values.

use super::format::shape::Shapes;
use super::user_keys::UserKeys;
use hashbrown::HashMap;
use smallvec::SmallVec;

/// What a field is, in the terms of [`super::LogRecord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Slot {
    /// A trace id in hex, in any spelling.
    Trace,
    /// A Datadog trace id: decimal (specs: Datadog log correlation), or 32 hex digits.
    DatadogTrace,
    Span,
    DatadogSpan,
    ParentSpan,
    TraceFlags,
    /// A W3C `traceparent` value.
    TraceParent,
    B3,
    Uber,
    Xray,
    SentryTrace,
    /// `X-Cloud-Trace-Context`.
    CloudTrace,
    Time,
    /// A date without a time, or (`TimeOfDay`) a time without a date: firewalls print both apart.
    Date,
    TimeOfDay,
    /// Nanoseconds beside whole seconds.
    TimeFraction,
    Severity,
    /// Application Insights' own scale: 0 verbose to 4 critical.
    SeverityLevel,
    SeverityNumber,
    Body,
    Service,
    /// Container, pod or program: what a wrapper or shipper added.
    WrapperService,
    /// A logger's or program's name: a service only where nothing else names one.
    NameHint,
    SpanName,
    HttpMethod,
    HttpPath,
    HttpStatus,
    DurationSeconds,
    DurationMilliseconds,
    DurationMicroseconds,
    DurationNanoseconds,
    /// With its unit in the text, or milliseconds.
    Duration,
    /// How long a span was worked on, and (`IdleTime`) not: together, how long it was open (Rust
    /// tracing, when a span closes).
    BusyTime,
    IdleTime,
    SpanStart,
    SpanEnd,
    /// The user says that it names a trace.
    UserTrace,
    /// The user says that it leads to a trace.
    Link,
    Exception,
}

impl Slot {
    /// Slots there are.
    pub(crate) const COUNT: usize = Slot::Exception as usize + 1;
}

/// Where a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// At any depth: nothing else is called so.
    Anywhere,
    /// At the top, or inside an object that only groups fields ([`is_grouping`]).
    Grouped,
    /// At the top only.
    Top,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alias {
    pub(crate) slot: Slot,
    /// Lower wins where a record has several keys of one slot.
    pub(crate) rank: u8,
    pub(crate) scope: Scope,
}

use Scope::{Anywhere, Grouped, Top};
use Slot::*;

/// Normalised key, slot, rank, scope. `@` is kept, for it makes the short keys of Serilog safe.
const ALIASES: &[(&str, Slot, u8, Scope)] = &[
    ("traceid", Trace, 0, Anywhere),
    ("oteltraceid", Trace, 0, Anywhere),
    ("tracetraceid", Trace, 0, Anywhere),
    ("dttraceid", Trace, 0, Anywhere),
    ("traceidw3c", Trace, 0, Anywhere),
    ("logginggoogleapiscomtrace", Trace, 0, Anywhere),
    ("@tr", Trace, 0, Top),
    ("xb3traceid", Trace, 1, Anywhere),
    ("b3traceid", Trace, 1, Anywhere),
    ("jaegertraceid", Trace, 1, Anywhere),
    ("zipkintraceid", Trace, 1, Anywhere),
    ("w3ctraceid", Trace, 1, Anywhere),
    ("xtraceid", Trace, 1, Anywhere),
    ("ottracertraceid", Trace, 1, Anywhere),
    ("trace", Trace, 3, Grouped),
    ("operationid", Trace, 4, Grouped),
    ("aioperationid", Trace, 4, Anywhere),
    ("aioperationparentid", ParentSpan, 3, Anywhere),
    ("ddtraceid", DatadogTrace, 0, Anywhere),
    ("xdatadogtraceid", DatadogTrace, 1, Anywhere),
    ("spanid", Span, 0, Anywhere),
    ("otelspanid", Span, 0, Anywhere),
    ("tracespanid", Span, 0, Anywhere),
    ("dtspanid", Span, 0, Anywhere),
    ("segmentid", Span, 3, Anywhere),
    ("logginggoogleapiscomspanid", Span, 0, Anywhere),
    ("@sp", Span, 0, Top),
    ("xb3spanid", Span, 1, Anywhere),
    ("b3spanid", Span, 1, Anywhere),
    ("xspanid", Span, 1, Anywhere),
    ("ottracerspanid", Span, 1, Anywhere),
    ("transactionid", Span, 2, Grouped),
    ("span", Span, 3, Grouped),
    ("ddspanid", DatadogSpan, 0, Anywhere),
    ("parentspanid", ParentSpan, 0, Anywhere),
    ("spanparentid", ParentSpan, 0, Anywhere),
    ("traceparentid", ParentSpan, 0, Anywhere),
    ("xb3parentspanid", ParentSpan, 1, Anywhere),
    ("parentid", ParentSpan, 2, Grouped),
    ("operationparentid", ParentSpan, 3, Grouped),
    ("traceflags", TraceFlags, 0, Anywhere),
    ("tracesampled", TraceFlags, 1, Anywhere),
    ("oteltracesampled", TraceFlags, 1, Anywhere),
    ("logginggoogleapiscomtracesampled", TraceFlags, 1, Anywhere),
    ("sampled", TraceFlags, 2, Grouped),
    ("oteltraceflags", TraceFlags, 0, Anywhere),
    ("traceparent", TraceParent, 0, Anywhere),
    ("httptraceparent", TraceParent, 0, Anywhere),
    ("b3", B3, 0, Anywhere),
    ("ubertraceid", Uber, 0, Anywhere),
    ("xamzntraceid", Xray, 0, Anywhere),
    ("xraytraceid", Xray, 0, Anywhere),
    ("awsxraytraceid", Xray, 0, Anywhere),
    ("xrayid", Xray, 1, Anywhere),
    ("sentrytrace", SentryTrace, 0, Anywhere),
    ("xcloudtracecontext", CloudTrace, 0, Anywhere),
    ("@timestamp", Time, 1, Grouped),
    ("@t", Time, 1, Top),
    ("timestamp", Time, 1, Grouped),
    ("timeunixnano", Time, 0, Grouped),
    ("timestampns", Time, 0, Grouped),
    ("sourcerealtimetimestamp", Time, 1, Top),
    ("realtimetimestamp", Time, 2, Top),
    ("msec", Time, 0, Top),
    ("time", Time, 1, Grouped),
    ("ts", Time, 1, Grouped),
    ("t", Time, 2, Top),
    ("t$date", Time, 1, Anywhere),
    ("timestampms", Time, 1, Grouped),
    ("timemillis", Time, 1, Grouped),
    ("epochmillis", Time, 1, Grouped),
    ("timemilliseconds", Time, 1, Grouped),
    ("timeepoch", Time, 2, Grouped),
    ("datetime", Time, 1, Grouped),
    ("asctime", Time, 2, Grouped),
    ("created", Time, 4, Top),
    ("instantepochsecond", Time, 1, Anywhere),
    ("instantnanoofsecond", TimeFraction, 0, Anywhere),
    ("timestampseconds", Time, 1, Anywhere),
    ("timestampnanos", TimeFraction, 0, Anywhere),
    ("timetimestamp", Time, 1, Anywhere),
    ("startlocal", Time, 4, Top),
    ("ibmdatetime", Time, 1, Top),
    ("eventtime", Time, 2, Grouped),
    ("at", Time, 5, Top),
    ("dt", Time, 5, Top),
    ("when", Time, 5, Top),
    ("epoch", Time, 3, Top),
    ("epochms", Time, 3, Top),
    ("timems", Time, 1, Grouped),
    ("timens", Time, 1, Grouped),
    ("tsms", Time, 1, Grouped),
    ("timestampus", Time, 1, Grouped),
    ("unixtime", Time, 3, Top),
    ("writtenat", Time, 2, Top),
    ("timegenerated", Time, 2, Top),
    ("timecreated", Time, 3, Top),
    ("systemtime", Time, 3, Top),
    ("utctime", Time, 3, Top),
    ("localtime", Time, 5, Top),
    ("datelocal", Time, 2, Top),
    ("dateutc", Time, 2, Top),
    ("startedat", Time, 6, Top),
    ("logdate", Time, 3, Top),
    ("datetimeutc", Time, 2, Top),
    ("occurredat", Time, 5, Top),
    ("stagetimestamp", Time, 2, Top),
    ("requestreceivedtimestamp", Time, 3, Top),
    ("eventtimestamp", Time, 2, Grouped),
    ("logtime", Time, 2, Grouped),
    ("logtimestamp", Time, 2, Grouped),
    ("logged", Time, 4, Top),
    ("timelocal", Time, 2, Grouped),
    ("timeiso8601", Time, 1, Grouped),
    ("startutc", Time, 3, Top),
    ("edgestarttimestamp", Time, 5, Top),
    ("edgeendtimestamp", Time, 3, Top),
    ("createdat", Time, 6, Top),
    ("date", Time, 5, Top),
    ("dateandtime", Time, 1, Top),
    ("uristem", HttpPath, 1, Top),
    ("timetaken", Duration, 2, Top),
    ("timetakenms", DurationMilliseconds, 2, Top),
    ("starttime", Time, 6, Top),
    ("receivetimestamp", Time, 7, Top),
    ("observedtimestamp", Time, 7, Top),
    ("observedtimeunixnano", Time, 7, Top),
    ("timestampepochmillis", Time, 1, Grouped),
    ("recordtimetimestamp", Time, 1, Anywhere),
    ("level", Severity, 1, Grouped),
    ("@level", Severity, 1, Top),
    ("l", Severity, 6, Top),
    ("errorseverity", Severity, 0, Top),
    ("severitylevel", SeverityLevel, 0, Grouped),
    ("severity", Severity, 1, Grouped),
    ("severitytext", Severity, 0, Grouped),
    ("loglevel", Severity, 0, Anywhere),
    ("levelname", Severity, 0, Grouped),
    ("leveltext", Severity, 0, Grouped),
    ("lvl", Severity, 1, Grouped),
    ("sev", Severity, 2, Top),
    ("levelstr", Severity, 1, Grouped),
    ("levellevelstr", Severity, 1, Anywhere),
    ("leveldisplayname", Severity, 1, Grouped),
    ("severityname", Severity, 1, Grouped),
    ("severitylabel", Severity, 1, Grouped),
    ("severitylevelname", Severity, 1, Grouped),
    ("priorityname", Severity, 3, Top),
    ("@l", Severity, 1, Top),
    ("recordlevelname", Severity, 0, Anywhere),
    ("logseverity", Severity, 1, Grouped),
    ("syslogseverity", Severity, 2, Grouped),
    ("priority", Severity, 4, Top),
    ("s", Severity, 6, Top),
    ("severitynumber", SeverityNumber, 0, Grouped),
    ("message", Body, 1, Grouped),
    ("msg", Body, 1, Grouped),
    ("@m", Body, 0, Top),
    ("@message", Body, 0, Top),
    ("m", Body, 7, Top),
    ("resultdescription", Body, 4, Top),
    ("@mt", Body, 4, Top),
    ("body", Body, 2, Grouped),
    ("bodystringvalue", Body, 1, Anywhere),
    ("recordmessage", Body, 1, Anywhere),
    ("shortmessage", Body, 2, Top),
    ("renderedmessage", Body, 2, Grouped),
    ("fullmessage", Body, 4, Top),
    ("event", Body, 3, Top),
    ("log", Body, 5, Top),
    ("text", Body, 6, Top),
    ("textpayload", Body, 2, Top),
    ("messagetemplate", Body, 7, Grouped),
    ("servicename", Service, 0, Anywhere),
    ("resourceservicename", Service, 0, Anywhere),
    ("otelservicename", Service, 0, Anywhere),
    ("ddservice", Service, 0, Anywhere),
    ("servicecontextservice", Service, 0, Anywhere),
    ("entityname", Service, 2, Top),
    ("componentname", Service, 4, Top),
    ("service", Service, 1, Grouped),
    ("cloudrolename", Service, 1, Anywhere),
    ("aicloudrole", Service, 1, Anywhere),
    ("svc", Service, 2, Grouped),
    ("appname", Service, 3, Grouped),
    ("applicationname", Service, 3, Grouped),
    ("application", Service, 3, Grouped),
    ("app", Service, 3, Grouped),
    ("springapplicationname", Service, 2, Anywhere),
    ("k8scontainername", WrapperService, 0, Anywhere),
    ("kubernetescontainername", WrapperService, 0, Anywhere),
    ("containername", WrapperService, 1, Anywhere),
    ("kubernetescontainername", WrapperService, 0, Anywhere),
    ("syslogidentifier", WrapperService, 2, Top),
    ("systemdunit", WrapperService, 3, Top),
    ("name", NameHint, 2, Top),
    ("spanname", SpanName, 0, Anywhere),
    ("transactionname", SpanName, 1, Anywhere),
    ("operationname", SpanName, 2, Grouped),
    ("operation", SpanName, 3, Grouped),
    ("httpmethod", HttpMethod, 1, Anywhere),
    ("httprequestrequestmethod", HttpMethod, 0, Anywhere),
    ("httprequestrequesturl", HttpPath, 1, Anywhere),
    ("httprequeststatus", HttpStatus, 0, Anywhere),
    ("httprequestlatency", Duration, 1, Anywhere),
    ("httprequestmethod", HttpMethod, 0, Anywhere),
    ("requestmethod", HttpMethod, 1, Grouped),
    ("reqmethod", HttpMethod, 1, Anywhere),
    ("method", HttpMethod, 2, Grouped),
    ("clientrequestmethod", HttpMethod, 2, Top),
    ("httproute", HttpPath, 0, Anywhere),
    ("route", HttpPath, 1, Grouped),
    ("urlpath", HttpPath, 1, Anywhere),
    ("httptarget", HttpPath, 1, Anywhere),
    ("request", HttpPath, 4, Grouped),
    ("httprequest", HttpPath, 4, Grouped),
    ("httppath", HttpPath, 1, Anywhere),
    ("requestpath", HttpPath, 1, Grouped),
    ("requesturi", HttpPath, 1, Grouped),
    ("requesturl", HttpPath, 2, Anywhere),
    ("httpurl", HttpPath, 2, Anywhere),
    ("requrl", HttpPath, 2, Anywhere),
    ("path", HttpPath, 2, Grouped),
    ("uri", HttpPath, 2, Grouped),
    ("url", HttpPath, 3, Grouped),
    ("clientrequesturi", HttpPath, 3, Top),
    ("httpstatuscode", HttpStatus, 0, Anywhere),
    ("httpresponsestatuscode", HttpStatus, 0, Anywhere),
    ("httpstatus", HttpStatus, 1, Anywhere),
    ("resstatuscode", HttpStatus, 1, Anywhere),
    ("responsestatuscode", HttpStatus, 1, Anywhere),
    ("responsestatus", HttpStatus, 2, Grouped),
    ("responsecode", HttpStatus, 1, Grouped),
    ("downstreamstatus", HttpStatus, 1, Top),
    ("edgeresponsestatus", HttpStatus, 1, Top),
    ("statuscode", HttpStatus, 1, Grouped),
    ("status", HttpStatus, 2, Grouped),
    ("requesttimeepoch", Time, 4, Grouped),
    ("requesttime", DurationSeconds, 1, Grouped),
    ("rt", DurationSeconds, 2, Top),
    ("durationseconds", DurationSeconds, 1, Grouped),
    ("durations", DurationSeconds, 2, Grouped),
    ("elapsedseconds", DurationSeconds, 1, Grouped),
    ("durationms", DurationMilliseconds, 1, Grouped),
    ("durationmillis", DurationMilliseconds, 1, Grouped),
    ("elapsedms", DurationMilliseconds, 1, Grouped),
    ("elapsedmilliseconds", DurationMilliseconds, 1, Grouped),
    ("latencyms", DurationMilliseconds, 1, Grouped),
    ("tookms", DurationMilliseconds, 1, Grouped),
    ("responsetimems", DurationMilliseconds, 1, Grouped),
    ("responsetime", DurationMilliseconds, 2, Grouped),
    ("durationus", DurationMicroseconds, 1, Grouped),
    ("durationmicros", DurationMicroseconds, 1, Grouped),
    ("elapsedus", DurationMicroseconds, 1, Grouped),
    ("durationns", DurationNanoseconds, 1, Grouped),
    ("durationnano", DurationNanoseconds, 1, Grouped),
    ("durationnanos", DurationNanoseconds, 1, Grouped),
    ("eventduration", DurationNanoseconds, 1, Anywhere),
    ("duration", Duration, 2, Grouped),
    ("took", Duration, 3, Grouped),
    ("elapsed", Duration, 3, Grouped),
    ("latency", Duration, 3, Grouped),
    ("timebusy", BusyTime, 0, Grouped),
    ("timeidle", IdleTime, 0, Grouped),
    ("starttimeunixnano", SpanStart, 0, Grouped),
    ("startunixns", SpanStart, 0, Grouped),
    ("endtimeunixnano", SpanEnd, 0, Grouped),
    ("endunixns", SpanEnd, 0, Grouped),
    ("exception", Exception, 0, Grouped),
    ("excinfo", Exception, 0, Grouped),
    ("exceptionstacktrace", Exception, 0, Anywhere),
    ("exceptiontype", Exception, 0, Anywhere),
    ("exceptionmessage", Exception, 0, Anywhere),
    ("stacktrace", Exception, 0, Grouped),
    ("stack", Exception, 0, Grouped),
    ("errorstack", Exception, 0, Anywhere),
    ("errorstacktrace", Exception, 0, Anywhere),
    ("errstack", Exception, 0, Anywhere),
    ("thrown", Exception, 0, Grouped),
    ("@x", Exception, 0, Top),
];

/// Objects that group fields without changing what they mean.
const GROUPING: &[&str] = &[
    "fields",
    "@fields",
    "mdc",
    "contextmap",
    "context",
    "ctx",
    "properties",
    "attributes",
    "extra",
    "extras",
    "jsonpayload",
    "structureddata",
    "otel",
    "dd",
    "tags",
    "baggage",
    "data",
    "attr",
    "scope",
    "scopes",
    "state",
    "contextdata",
    "threadcontext",
    "metadata",
    "meta",
    "event",
    "basedata",
];

/// Objects whose ids belong to somebody else's trace, or (loguru's `elapsed`) whose durations are
/// those of the whole program.
const FOREIGN: &[&str] = &["links", "link", "spanlinks", "linkedspans", "elapsed"];

/// Longest normalised key of interest.
const LONGEST: usize = 40;

/// A key without case and separators.
#[derive(Clone, Copy)]
pub(crate) struct Normalised {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Normalised {
    pub(crate) fn new() -> Normalised {
        Normalised { bytes: [0; LONGEST], length: 0 }
    }

    /// Appends a key; false when it gets too long to be in the table.
    pub(crate) fn push(&mut self, key: &[u8]) -> bool {
        for &byte in key {
            if matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b' ') {
                continue;
            }
            let Some(place) = self.bytes.get_mut(self.length) else { return false };
            *place = byte.to_ascii_lowercase();
            self.length += 1;
        }
        true
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The table by a hash of the key, built once.
struct Index {
    rows: Vec<Option<(&'static [u8], Alias)>>,
}

const INDEX_SIZE: usize = 1024;

fn hash(key: &[u8]) -> usize {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for &byte in key {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ hash >> 29) as usize % INDEX_SIZE
}

impl Index {
    fn build() -> Index {
        let mut rows = vec![None; INDEX_SIZE];
        for &(key, slot, rank, scope) in ALIASES {
            let mut at = hash(key.as_bytes());
            while rows[at].is_some_and(|(known, _): (&[u8], Alias)| known != key.as_bytes()) {
                at = (at + 1) % INDEX_SIZE;
            }
            rows[at] = Some((key.as_bytes(), Alias { slot, rank, scope }));
        }
        Index { rows }
    }

    fn get(&self, key: &[u8]) -> Option<Alias> {
        let mut at = hash(key);
        while let Some((known, alias)) = self.rows[at] {
            if known == key {
                return Some(alias);
            }
            at = (at + 1) % INDEX_SIZE;
        }
        None
    }
}

fn index() -> &'static Index {
    static INDEX: std::sync::OnceLock<Index> = std::sync::OnceLock::new();
    INDEX.get_or_init(Index::build)
}

/// Looks a key up that stands at the top of a record. A dotted one that is in no row means what it
/// would mean in an object of that name, one with an `@` what it means without.
pub(crate) fn lookup(key: &[u8]) -> Option<Alias> {
    if key.is_empty() || key.len() > LONGEST + 12 {
        return None;
    }
    if let Some(alias) = lookup_whole(key) {
        return Some(alias);
    }
    if let Some(bare) = key.strip_prefix(b"@") {
        return lookup_whole(bare);
    }
    let dot = memchr::memrchr(b'.', key)?;
    lookup_within(&key[..dot], &key[dot + 1..])
}

fn lookup_whole(key: &[u8]) -> Option<Alias> {
    let mut normalised = Normalised::new();
    if !normalised.push(key) {
        return None;
    }
    index().get(normalised.as_bytes())
}

/// Looks a key up inside an object that is itself the value of `parent`: the two together
/// (`trace` + `id`), else the key alone as far as its scope allows.
pub(crate) fn lookup_nested(parent: &[u8], key: &[u8]) -> Option<Alias> {
    let mut joined = Normalised::new();
    if joined.push(parent)
        && joined.push(key)
        && let Some(alias) = index().get(joined.as_bytes())
    {
        return Some(alias);
    }
    lookup_within(parent, key)
}

/// What a key means by itself inside an object, as far as its scope allows.
fn lookup_within(parent: &[u8], key: &[u8]) -> Option<Alias> {
    let alias = lookup_whole(key)?;
    let allowed = match alias.scope {
        Scope::Anywhere => !is_one_of(FOREIGN, parent),
        Scope::Grouped => is_one_of(GROUPING, parent),
        Scope::Top => false,
    };
    allowed.then_some(alias)
}

fn is_one_of(known: &[&str], key: &[u8]) -> bool {
    let mut normalised = Normalised::new();
    normalised.push(key) && known.iter().any(|k| k.as_bytes() == normalised.as_bytes())
}

/// Whether ids inside this object are somebody else's.
pub(crate) fn is_foreign(parent: &[u8]) -> bool {
    // All of them begin so.
    if !matches!(parent.first(), Some(b'l' | b'L' | b's' | b'S')) {
        return false;
    }
    is_one_of(FOREIGN, parent)
}

/// What the user says that a key means, with or without the key of the object that it is in.
fn named_by_user(user: &UserKeys, parent: &[u8], key: &[u8]) -> Option<Alias> {
    if user.is_empty() || is_one_of(FOREIGN, parent) {
        return None;
    }
    [parent, b""].into_iter().find_map(|parent| {
        let mut joined = Normalised::new();
        let fits = joined.push(parent) && joined.push(key);
        let (slot, rank) = user.slot(joined.as_bytes()).filter(|_| fits)?;
        Some(Alias { slot, rank, scope: Scope::Anywhere })
    })
}

impl Default for KeyCache {
    fn default() -> KeyCache {
        KeyCache::new(UserKeys::default())
    }
}

/// Remembers what keys were looked up last, because the lines of a log repeat their keys. Only a
/// shortcut: the answer is always that of `lookup` and `lookup_nested`.
pub struct KeyCache {
    entries: Vec<CacheEntry>,
    /// What keys inside objects mean; by the length of the object's key, that key, and the key.
    nested: HashMap<Box<[u8]>, Option<Alias>>,
    /// The shapes of JSON objects.
    pub(crate) shapes: Shapes,
    /// What the user adds to the table.
    pub(crate) user: UserKeys,
}

#[derive(Clone, Copy)]
struct CacheEntry {
    key: [u8; CacheEntry::LONGEST],
    length: u8,
    alias: Option<Alias>,
}

impl CacheEntry {
    const LONGEST: usize = 24;
    const EMPTY: CacheEntry = CacheEntry { key: [0; 24], length: u8::MAX, alias: None };
}

impl KeyCache {
    const SIZE: usize = 256;
    const MOST_NESTED: usize = 1024;
    /// An empty cache; one serves many chunks.
    pub fn new(user: UserKeys) -> KeyCache {
        KeyCache {
            entries: vec![CacheEntry::EMPTY; Self::SIZE],
            nested: HashMap::new(),
            shapes: Shapes::new(),
            user,
        }
    }

    /// As [`lookup_nested`].
    pub(crate) fn lookup_nested(&mut self, parent: &[u8], key: &[u8]) -> Option<Alias> {
        let mut place: SmallVec<[u8; 64]> = SmallVec::from_slice(&parent.len().to_le_bytes());
        place.extend_from_slice(parent);
        place.extend_from_slice(key);
        if let Some(alias) = self.nested.get(&*place) {
            return *alias;
        }
        if self.nested.len() >= Self::MOST_NESTED {
            self.nested.clear();
        }
        let alias = named_by_user(&self.user, parent, key).or_else(|| lookup_nested(parent, key));
        self.nested.insert(place.into_vec().into(), alias);
        alias
    }

    /// As [`lookup`].
    #[inline]
    pub(crate) fn lookup(&mut self, key: &[u8]) -> Option<Alias> {
        if key.is_empty() || key.len() > CacheEntry::LONGEST {
            return named_by_user(&self.user, b"", key).or_else(|| lookup(key));
        }
        let first = u32::from(key[0]);
        let last = u32::from(key[key.len() - 1]);
        let middle = u32::from(key[key.len() / 2]);
        let slot = (first.wrapping_mul(31) ^ last.wrapping_mul(131) ^ middle.wrapping_mul(7))
            .wrapping_add(key.len() as u32 * 17) as usize
            % Self::SIZE;
        let entry = &mut self.entries[slot];
        if usize::from(entry.length) == key.len() && entry.key[..key.len()] == *key {
            return entry.alias;
        }
        let alias = named_by_user(&self.user, b"", key).or_else(|| lookup(key));
        entry.key[..key.len()].copy_from_slice(key);
        entry.length = key.len() as u8;
        entry.alias = alias;
        alias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_key_are_one_row() {
        for key in ["trace_id", "traceId", "TraceID", "trace.id", "trace-id", "TRACE_ID"] {
            assert_eq!(lookup(key.as_bytes()).map(|a| a.slot), Some(Slot::Trace), "{key}");
        }
        assert_eq!(lookup(b"dd.trace_id").map(|a| a.slot), Some(Slot::DatadogTrace));
        assert_eq!(lookup(b"logging.googleapis.com/spanId").map(|a| a.slot), Some(Slot::Span));
        assert_eq!(lookup(b"request_id"), None);
        assert_eq!(lookup(b"a key that is far too long to stand in any table of names"), None);
    }

    #[test]
    fn nested_keys_join_their_parent_or_obey_their_scope() {
        let slot = |parent: &str, key: &str| {
            lookup_nested(parent.as_bytes(), key.as_bytes()).map(|alias| alias.slot)
        };
        assert_eq!(slot("trace", "id"), Some(Slot::Trace));
        assert_eq!(slot("service", "name"), Some(Slot::Service));
        assert_eq!(slot("span", "span_id"), Some(Slot::Span));
        assert_eq!(slot("fields", "message"), Some(Slot::Body));
        assert_eq!(slot("user", "message"), None);
        assert_eq!(slot("links", "trace_id"), None);
        assert_eq!(slot("user", "id"), None);
    }

    #[test]
    fn the_cache_answers_like_the_table() {
        let mut cache = KeyCache::default();
        for _ in 0..2 {
            for (key, ..) in ALIASES {
                assert_eq!(cache.lookup(key.as_bytes()), lookup(key.as_bytes()));
            }
        }
    }
}

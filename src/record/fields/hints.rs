//! What the words of a key suggest that is in no row of the table: a moment, or a message.
//!
//! Audit trails and security products call the moment of an event what they like (`published`,
//! `CreatedDate`, `activityDateTime`). Makes an [`Alias`] of a slot that counts only where no known
//! key says the same, and of those the likelier word wins.

use super::{Alias, Scope, Slot};
use smallvec::SmallVec;

/// Words of moments that are not when the record was written.
const OTHER_MOMENTS: &[&str] = &[
    "expire",
    "expires",
    "expired",
    "expiry",
    "expiration",
    "not",
    "before",
    "after",
    "modified",
    "modification",
    "modify",
    "update",
    "updated",
    "change",
    "changed",
    "edited",
    "birth",
    "dob",
    "birthday",
    "due",
    "until",
    "valid",
    "validity",
    "deadline",
    "last",
    "next",
    "previous",
    "prev",
    "scheduled",
    "schedule",
    "estimated",
    "renew",
    "renewal",
    "deleted",
    "issued",
    "password",
    "token",
    "cert",
    "certificate",
    "build",
    "built",
    "release",
    "released",
    "install",
    "installed",
    "boot",
    "uptime",
    "duration",
    "elapsed",
    "timeout",
    "interval",
    "ttl",
    "cookie",
    "zone",
    "process",
    "server",
    "system",
    "file",
    "image",
    "registered",
    "registration",
    "hire",
];

/// Objects that have a past of their own (`user.created_at`).
const ENTITIES: &[&str] = &[
    "user",
    "actor",
    "author",
    "owner",
    "account",
    "member",
    "customer",
    "profile",
    "session",
    "device",
    "host",
    "package",
    "file",
    "image",
    "policy",
    "key",
    "license",
    "repository",
    "repo",
    "project",
    "resource",
    "target",
    "object",
    "metadata",
    "labels",
    "annotations",
    "headers",
    "query",
    "params",
    "parameters",
    "args",
    "body",
    "previous",
    "old",
    "new",
    "before",
    "after",
];

/// Words of moments, the likeliest first.
const MOMENTS: &[&[&str]] = &[
    &[
        "event",
        "occurred",
        "occurrence",
        "log",
        "logged",
        "activity",
        "action",
        "audit",
        "record",
        "recorded",
        "message",
        "alert",
        "detection",
        "detected",
        "published",
        "publish",
        "login",
        "logon",
        "signin",
        "request",
        "transaction",
        "operation",
        "incident",
        "generated",
        "generation",
    ],
    &[
        "created",
        "creation",
        "create",
        "raised",
        "triggered",
        "emitted",
        "initiated",
        "reported",
        "sent",
    ],
    &["start", "started", "begin", "began", "opened", "first"],
    &["received", "receive", "ingested", "ingestion", "observed", "collected", "processed"],
    &["end", "ended", "finished", "finish", "completed", "closed", "resolved"],
];

/// Words that say by themselves that the value is a moment.
const SELF_SAID: &[&str] = &[
    "published",
    "created",
    "occurred",
    "logged",
    "generated",
    "raised",
    "triggered",
    "received",
    "detected",
    "observed",
    "start",
    "started",
    "begin",
    "end",
    "ended",
    "finished",
    "completed",
];

/// Added to the rank of what stands inside an object, so that it comes after all that does not.
const INSIDE: u8 = 8;

/// Keys that hold a message where none of the usual ones does, the best first.
const MESSAGES: &[&[u8]] =
    &[b"displaymessage", b"summary", b"display", b"title", b"description", b"eventname"];

/// What a key suggests that is in no row; `parent` is the object that it stands in, or empty.
pub(super) fn of(parent: &[u8], key: &[u8]) -> Option<Alias> {
    let (parent, key) = match memchr::memrchr(b'.', key) {
        Some(dot) => (&key[..dot], &key[dot + 1..]),
        None => (parent, key),
    };
    moment(parent, key).or_else(|| message(parent, key))
}

fn moment(parent: &[u8], key: &[u8]) -> Option<Alias> {
    let words = words(key);
    let last = words.last()?;
    let is_named = is_among(last, &["time", "timestamp", "datetime"]);
    let is_moment = is_named || is_among(last, &["date", "at"]) || is_among(last, SELF_SAID);
    if !is_moment || words.iter().any(|word| is_among(word, OTHER_MOMENTS)) {
        return None;
    }
    let is_owned = |word: &&[u8]| is_among(word, ENTITIES) || is_among(word, OTHER_MOMENTS);
    if self::words(parent).iter().any(is_owned) {
        return None;
    }
    let likely = MOMENTS.iter().position(|known| words.iter().any(|word| is_among(word, known)));
    let rank = match likely {
        Some(rank) => rank as u8,
        None if is_named => MOMENTS.len() as u8,
        None => return None,
    };
    let rank = if parent.is_empty() { rank } else { rank + INSIDE };
    Some(Alias { slot: Slot::TimeHint, rank, scope: Scope::Anywhere })
}

fn message(parent: &[u8], key: &[u8]) -> Option<Alias> {
    let mut normalised = super::Normalised::new();
    if !normalised.push(key) {
        return None;
    }
    let known = MESSAGES.iter().position(|known| *known == normalised.as_bytes());
    let rank = match known {
        Some(rank) if parent.is_empty() => rank,
        // `error.message`, `details.message`
        None if !parent.is_empty() && normalised.as_bytes() == b"message" => MESSAGES.len(),
        _ => return None,
    };
    Some(Alias { slot: Slot::BodyHint, rank: rank as u8, scope: Scope::Anywhere })
}

/// The words of a key: they end at separators, and where a capital follows a small letter.
fn words(key: &[u8]) -> SmallVec<[&[u8]; 6]> {
    let mut words = SmallVec::new();
    let mut start = 0;
    for at in 1..=key.len() {
        let ends = at == key.len()
            || !key[at].is_ascii_alphanumeric()
            || key[at].is_ascii_uppercase() && key[at - 1].is_ascii_lowercase();
        if ends {
            if start < at {
                words.push(&key[start..at]);
            }
            start = at + usize::from(key.get(at).is_some_and(|b| !b.is_ascii_alphanumeric()));
        }
    }
    words
}

fn is_among(word: &[u8], known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likelier_word_for_a_moment_has_the_lower_rank() {
        let rank = |parent: &str, key: &str| {
            of(parent.as_bytes(), key.as_bytes())
                .filter(|alias| alias.slot == Slot::TimeHint)
                .map(|alias| alias.rank)
        };
        let order = [
            ("", "activityDateTime"),
            ("", "CreatedDate"),
            ("", "startedDateTime"),
            ("", "ingestionTimestamp"),
            ("", "endDate"),
            ("", "SomethingTime"),
            ("httpMessage", "start"),
        ];
        for pair in order.windows(2) {
            let [before, after] = pair else { continue };
            assert!(rank(before.0, before.1) < rank(after.0, after.1), "{before:?} {after:?}");
        }
        for key in ["published", "publishedAt", "createdDateTime", "EventDate", "LOGIN_TIME"] {
            assert!(rank("", key).is_some(), "{key}");
        }
    }

    #[test]
    fn moments_of_other_things_suggest_nothing() {
        for key in
            ["expiresAt", "not_before", "lastModifiedDate", "updated_at", "dueDate", "validUntil"]
        {
            assert_eq!(of(b"", key.as_bytes()), None, "{key}");
        }
        assert_eq!(of(b"user", b"created_at"), None);
        assert_eq!(of(b"", b"user.created_at"), None);
        assert_eq!(of(b"", b"format"), None);
    }

    #[test]
    fn messages_have_other_names_too() {
        for (parent, key) in [("", "displayMessage"), ("", "Display"), ("error", "message")] {
            let slot = of(parent.as_bytes(), key.as_bytes()).map(|alias| alias.slot);
            assert_eq!(slot, Some(Slot::BodyHint), "{parent} {key}");
        }
        assert_eq!(of(b"page", b"title"), None);
    }
}

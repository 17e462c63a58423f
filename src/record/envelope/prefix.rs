//! Prefixes that tools put before lines of several sources: `kubectl logs --prefix`, compose, stern,
//! grep.

use super::Envelope;
use crate::record::Severity;
use crate::record::service;
use crate::record::timestamp::{Reference, parse_at};

/// `[pod/NAME/CONTAINER] text`.
pub(super) fn kubectl(line: &[u8]) -> Option<Envelope<'_>> {
    let rest = line.strip_prefix(b"[pod/")?;
    let end = memchr::memchr(b']', &rest[..rest.len().min(520)])?;
    let names = &rest[..end];
    let slash = memchr::memchr(b'/', names)?;
    let container = &names[slash + 1..];
    if container.is_empty() || !names.iter().all(|b| is_name(*b) || *b == b'/') {
        return None;
    }
    let inner = &rest[end + 1..];
    Some(Envelope {
        name: "kubectl",
        inner: inner.strip_prefix(b" ").unwrap_or(inner),
        stream: names,
        service: Some(container),
        ..Envelope::default()
    })
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// The prefixes that begin with a name.
pub(super) fn any(line: &[u8]) -> Option<Envelope<'_>> {
    let window = &line[..line.len().min(320)];
    let end = window.iter().position(|b| !is_name(*b) && !matches!(b, b'/' | b'@'))?;
    let name = &line[..end];
    match line[end] {
        b' ' => {
            compose(line, name).or_else(|| stern(line, name)).or_else(|| namespaced(line, name))
        }
        b'|' => compose(line, name),
        b':' => grep(line, name),
        _ => None,
    }
}

/// `web-1  | text`: a container name padded to the longest, and a bar.
fn compose<'a>(line: &'a [u8], name: &'a [u8]) -> Option<Envelope<'a>> {
    let rest = &line[name.len()..];
    let blanks = rest.iter().take(64).take_while(|b| **b == b' ').count();
    let inner = rest[blanks..].strip_prefix(b"|")?;
    if !(inner.is_empty() || inner.starts_with(b" ")) {
        return None;
    }
    let is_java = inner.starts_with(b" jvm ") || inner.starts_with(b" wrapper  |");
    if is_java {
        return None;
    }
    let has_letter = name.iter().any(u8::is_ascii_alphabetic);
    // `INFO | app | text` is a layout of loguru and others.
    if !has_letter || name.contains(&b'/') || Severity::from_position(name).is_some() {
        return None;
    }
    Some(Envelope {
        name: "compose",
        inner: inner.get(1..).unwrap_or_default(),
        stream: name,
        service: Some(of_container(name)),
        ..Envelope::default()
    })
}

/// Compose's `web-1`, or swarm's `stack_web.1.8kq3vsl1p2w4@node`.
fn of_container(name: &[u8]) -> &[u8] {
    match memchr::memchr(b'@', name).and_then(|_| memchr::memchr(b'.', name)) {
        Some(dot) if dot > 0 => &name[..dot],
        _ => service::of_compose(name),
    }
}

/// `namespace pod container text`, as stern prints more than one namespace.
fn namespaced<'a>(line: &'a [u8], namespace: &[u8]) -> Option<Envelope<'a>> {
    let rest = &line[namespace.len() + 1..];
    let end = rest.iter().take(260).position(|b| !is_name(*b))?;
    if rest[end] != b' ' || !service::is_deployment_pod(&rest[..end]) {
        return None;
    }
    let pod_and_text = stern(rest, &rest[..end])?;
    let prefix = line.len() - pod_and_text.inner.len();
    Some(Envelope { stream: &line[..prefix], ..pod_and_text })
}

/// `pod container text`: the first word must look like a generated pod name.
fn stern<'a>(line: &'a [u8], pod: &'a [u8]) -> Option<Envelope<'a>> {
    let rest = &line[pod.len() + 1..];
    let end = rest.iter().take(260).position(|b| !is_name(*b))?;
    let container = &rest[..end];
    if rest[end] != b' ' || container.is_empty() {
        return None;
    }
    let is_dns = |name: &[u8]| {
        name.iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
    };
    if !is_dns(pod) || !is_dns(container) {
        return None;
    }
    let workload = service::of_pod(pod)?;
    let named_after = pod.starts_with(container)
        || workload.starts_with(container)
        || container.starts_with(workload);
    if !(named_after || service::is_deployment_pod(pod)) {
        return None;
    }
    Some(Envelope {
        name: "stern",
        inner: &rest[end + 1..],
        stream: &line[..pod.len() + 1 + end],
        service: Some(container),
        ..Envelope::default()
    })
}

/// `INFO   | jvm 1    | 2026/11/22 10:30:45 | text`: what the Java Service Wrapper puts before the
/// output of its program. Its level is that of the output's stream.
pub(super) fn java_service_wrapper<'a>(
    line: &'a [u8],
    reference: &Reference,
) -> Option<Envelope<'a>> {
    // A cheap look first: a word in capitals, and a bar.
    let word = line.iter().take(8).take_while(|b| b.is_ascii_uppercase()).count();
    let blanks = line[word..].iter().take(8).take_while(|b| **b == b' ').count();
    if word < 4 || line.get(word + blanks) != Some(&b'|') {
        return None;
    }
    let mut columns = line.splitn(4, |b| *b == b'|');
    let (level, process, time) = (columns.next()?, columns.next()?, columns.next()?);
    let process = process.trim_ascii();
    if !(process.starts_with(b"jvm ") || process == b"wrapper") {
        return None;
    }
    let stamp = parse_at(time.trim_ascii(), reference).filter(|stamp| stamp.has_date)?;
    let inner = columns.next()?;
    Some(Envelope {
        name: "java-service-wrapper",
        inner: inner.strip_prefix(b" ").unwrap_or(inner),
        stream: process,
        timestamp: Some(stamp.timestamp),
        severity: Severity::from_position(level.trim_ascii()),
        is_message: true,
        ..Envelope::default()
    })
}

/// `payment.log:12:text` and `payment.log:text`, as grep prints them for several files.
fn grep<'a>(line: &'a [u8], path: &'a [u8]) -> Option<Envelope<'a>> {
    const ENDINGS: [&[u8]; 6] = [b".log", b".txt", b".json", b".jsonl", b".out", b".err"];
    // A cheap look first: dates have no dot.
    path.iter().rposition(|b| *b == b'.')?;
    let is_file = ENDINGS.iter().any(|ending| path.ends_with(ending))
        || memchr::memmem::find(path, b".log.").is_some();
    // Android's tag `W/System.err`.
    let is_tag = matches!(path, [b'V' | b'D' | b'I' | b'W' | b'E' | b'F', b'/', ..]);
    if !is_file || is_tag {
        return None;
    }
    let rest = &line[path.len() + 1..];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let numbered = digits > 0 && rest.get(digits) == Some(&b':');
    Some(Envelope {
        name: "grep",
        inner: if numbered { &rest[digits + 1..] } else { rest },
        stream: path,
        service: service::of_file(path),
        ..Envelope::default()
    })
}

//! Whether a line carries an id already: in brackets at its start, under a key, or in a propagation
//! value. Looks for no more than that there is one; whose it is, is not asked.

use crate::trace_context::{TraceId, scan};

/// Whether a trace id is in the line. `own_key` counts as a key for one, whatever it is.
pub(super) fn carries_ids(line: &[u8], own_key: &[u8]) -> bool {
    begins_with_ids(line)
        || has_trace_key(line, own_key)
        || has_listed_ids(line)
        || scan(line).iter().any(|value| {
            let context = value.parsed.as_ref().ok().and_then(|parsed| parsed.context());
            context.is_some_and(|context| context.trace_id.is_some())
        })
}

/// `[trace] …`, as stamps have it.
fn begins_with_ids(line: &[u8]) -> bool {
    line.first() == Some(&b'[')
        && line.get(33) == Some(&b']')
        && TraceId::from_lower_hex(&line[1..33]).is_ok()
}

/// `[app,trace,span]`, as Spring's loggers have it.
fn has_listed_ids(line: &[u8]) -> bool {
    let is_hex = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_hexdigit());
    let mut brackets = line.split(|&byte| byte == b'[').skip(1).filter_map(|rest| {
        let end = rest.iter().position(|&byte| byte == b']')?;
        Some(&rest[..end])
    });
    brackets.any(|list| {
        let fields: Vec<&[u8]> = list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).collect();
        fields.windows(2).any(|pair| {
            matches!(pair[0].len(), 16 | 32)
                && pair[1].len() == 16
                && is_hex(pair[0])
                && is_hex(pair[1])
                && pair[0].iter().any(|&byte| byte != b'0')
        })
    })
}

/// A key that means trace id, however spelled, with a value that is one.
fn has_trace_key(line: &[u8], own_key: &[u8]) -> bool {
    let is_key_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@');
    let mut at = 0;
    while at < line.len() {
        let length =
            line[at..].iter().position(|byte| !is_key_byte(byte)).unwrap_or(line.len() - at);
        let (key, rest) = line[at..].split_at(length);
        if is_trace_key(key) || (!key.is_empty() && key == own_key) {
            let is_between = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b':' | b'=' | b' ');
            let value =
                &rest[rest.iter().position(|byte| !is_between(byte)).unwrap_or(rest.len())..];
            let is_separated =
                rest[..rest.len() - value.len()].iter().any(|b| matches!(b, b':' | b'='));
            let digits = value.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if is_separated && digits >= 8 && value[..digits].iter().any(|&byte| byte != b'0') {
                return true;
            }
        }
        at += length.max(1);
    }
    false
}

/// `trace_id`, `traceId`, `trace.id`, `dd.trace_id`, `otelTraceID`, `X-B3-TraceId`, …
fn is_trace_key(key: &[u8]) -> bool {
    let mut ending = b"traceid".iter().rev();
    for byte in key.iter().rev().filter(|byte| byte.is_ascii_alphanumeric()) {
        match ending.next() {
            Some(expected) if byte.eq_ignore_ascii_case(expected) => {}
            Some(_) => return false,
            None => return true,
        }
    }
    ending.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_seen_wherever_loggers_put_them() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        for line in [
            format!("[{id}] [00f067aa0ba902b7] hello"),
            format!("{{\"traceId\":\"{id}\"}}"),
            format!("{{\"a\":{{\"b\":[{{\"trace.id\":\"{id}\"}}]}}}}"),
            format!("{{\"log\":\"{{\\\"trace_id\\\":\\\"{id}\\\"}}\"}}"),
            format!("level=info dd.trace_id={id}"),
            "dd.trace_id=11803532876627986230 dd.span_id=1".to_owned(),
            format!("INFO [app,{id},00f067aa0ba902b7] 1 --- [main] hello"),
            "INFO [app, a3ce929d0e0e4736, 00f067aa0ba902b7] hello".to_owned(),
            format!("GET / traceparent=00-{id}-00f067aa0ba902b7-01"),
            format!("uber-trace-id: {id}:00f067aa0ba902b7:0:1"),
            "AWS-XRAY-TRACE-ID: 1-5759e988-bd862e3fe1be46a994272793 hello".to_owned(),
            format!("request={id} hello"),
        ] {
            assert!(carries_ids(line.as_bytes(), b"request"), "{line}");
        }
    }

    #[test]
    fn what_is_no_id_or_an_absent_one_is_none() {
        for line in [
            "hello",
            "[-] [-] hello",
            "trace_id=- span_id=-",
            "{\"trace_id\":null,\"a\":1}",
            "{\"trace_id\":\"\",\"span_id\":\"\"}",
            "trace_id=00000000000000000000000000000000",
            "[app,,] hello",
            "[app,00000000000000000000000000000000,0000000000000000] hello",
            "sha256 4bf92f3577b34da6a3ce929d0e0e4736",
            "traceparent: -",
            "traceparent=00-00000000000000000000000000000000-0000000000000000-00",
        ] {
            assert!(!carries_ids(line.as_bytes(), b"trace_id"), "{line}");
        }
    }
}

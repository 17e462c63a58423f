//! `X-Amzn-Trace-Id`, the propagation of AWS load balancers and X-Ray (Elastic Load Balancing
//! user guide, "Request tracing"; X-Ray developer guide, "Tracing header").

use crate::trace_context::fields::{hex_span_id, split, zero_or};
use crate::trace_context::hex;
use crate::trace_context::traceparent::trim_ows;
use crate::trace_context::{Fault, RemoteContext, TraceId, ValueError};

/// The header's name.
pub(crate) const HEADER: &str = "X-Amzn-Trace-Id";
/// The variable's name in AWS Lambda.
pub(crate) const VARIABLE: &str = "_X_AMZN_TRACE_ID";

/// A valid `X-Amzn-Trace-Id`.
///
/// ```
/// use traceline::trace_context::XrayTraceId;
///
/// let value = XrayTraceId::parse(b"Sampled=1;Root=1-5759e988-bd862e3fe1be46a994272793")?;
/// assert_eq!(value.epoch, 1_465_510_280);
/// assert_eq!(value.context.sampled, Some(true));
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XrayTraceId {
    /// Trace, span (none behind a load balancer) and sampling.
    pub context: RemoteContext,
    /// The first 32 bits of the trace id: seconds since 1970 where AWS minted it, anything where
    /// it was converted from another format.
    pub epoch: u32,
    /// `Lineage`, where well formed: how often Lambda functions called each other.
    pub lineage: Option<String>,
}

impl XrayTraceId {
    /// Reads `Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled={0|1|?}`, the parts in any order;
    /// also a root alone, as logs have it.
    ///
    /// # Errors
    /// No root, or a part that breaks its grammar. Unknown parts are passed over.
    pub fn parse(value: &[u8]) -> Result<XrayTraceId, ValueError> {
        let mut context = RemoteContext::default();
        let mut epoch = 0;
        let mut lineage = None;
        for (part, at) in split(value, b';') {
            let (part, blanks) = trim_ows(part);
            let at = at + blanks;
            let (name, text) = match part.iter().position(|&byte| byte == b'=') {
                Some(equals) => (&part[..equals], &part[equals + 1..]),
                None if part.starts_with(b"1-") => (&b"Root"[..], part),
                None => continue,
            };
            let at = at + part.len() - text.len();
            match name {
                b"Root" => {
                    let root = root(text, at)?;
                    context.trace_id = Some(root.0);
                    epoch = root.1;
                }
                b"Parent" => {
                    context.span_id = Some(hex_span_id(text, at, "Parent", 16..=16, "16")?);
                }
                b"Sampled" => {
                    context.sampled = match text {
                        b"1" => Some(true),
                        b"0" => Some(false),
                        b"?" => None,
                        _ => return Err(ValueError::choice("Sampled", at, text, "0, 1 or ?")),
                    };
                }
                b"Lineage" if is_lineage(text) => {
                    lineage = Some(String::from_utf8_lossy(text).into_owned());
                }
                _ => {}
            }
        }
        if context.trace_id.is_none() {
            return Err(ValueError::new("Root", value.len(), Fault::Rule("is missing")));
        }
        Ok(XrayTraceId { context, epoch, lineage })
    }
}

/// `1-{8 hex}-{24 hex}`: the trace id is both parts together.
fn root(text: &[u8], byte: usize) -> Result<(TraceId, u32), ValueError> {
    let mut fields = split(text, b'-');
    let (version, _) = fields.next().unwrap_or_default();
    if version != b"1" {
        return Err(ValueError::choice("Root version", byte, version, "1"));
    }
    let mut digits = Vec::with_capacity(32);
    for (name, width, expected) in [("Root time", 8, "8"), ("Root unique part", 24, "24")] {
        let Some((part, at)) = fields.next() else {
            let fault = Fault::Rule("is missing");
            return Err(ValueError::new(name, byte + text.len(), fault));
        };
        check_hex(part, byte + at, name, width, expected)?;
        digits.extend_from_slice(part);
    }
    if let Some((rest, at)) = fields.next() {
        let fault = Fault::Trailing { count: rest.len() + 1, first: b'-' };
        return Err(ValueError::new("Root", byte + at - 1, fault));
    }
    let value = hex::read_u128(&digits).unwrap_or_default();
    let trace_id = zero_or(TraceId::new(value), "Root", byte)?;
    Ok((trace_id, (value >> 96) as u32))
}

fn check_hex(
    digits: &[u8],
    byte: usize,
    field: &'static str,
    width: usize,
    expected: &'static str,
) -> Result<(), ValueError> {
    if let Some(at) = digits.iter().position(|&byte| !hex::is_lower_hex(byte)) {
        return Err(ValueError::new(field, byte + at, Fault::Hex(digits[at])));
    }
    if digits.len() != width {
        let fault = Fault::Length { found: digits.len(), expected };
        return Err(ValueError::new(field, byte, fault));
    }
    Ok(())
}

/// `{count}:{8 hex}:{count}`.
fn is_lineage(text: &[u8]) -> bool {
    let is_count = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let parts: Vec<&[u8]> = text.split(|&byte| byte == b':').collect();
    match parts[..] {
        [requests, hash, loops] => {
            is_count(requests)
                && is_count(loops)
                && hash.len() == 8
                && hash.iter().all(|&byte| hex::is_lower_hex(byte))
        }
        _ => false,
    }
}

/// The root: `1-{8 hex}-{24 hex}`.
///
/// ```
/// use traceline::trace_context::{TraceId, xray_root};
///
/// let id = TraceId::from_lower_hex(b"4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
/// assert_eq!(xray_root(id), "1-4bf92f35-77b34da6a3ce929d0e0e4736");
/// ```
pub fn xray_root(trace_id: TraceId) -> String {
    let digits = trace_id.to_string();
    let (time, unique) = digits.split_at(8);
    format!("1-{time}-{unique}")
}

/// The header's value.
pub(super) fn write(context: &RemoteContext) -> Option<String> {
    let mut value = format!("Root={}", xray_root(context.trace_id?));
    if let Some(span_id) = context.span_id {
        value.push_str(&format!(";Parent={span_id}"));
    }
    // Undecided is told by saying nothing: `Sampled=?` means the same, and not all readers know it.
    if let Some(sampled) = context.sampled {
        value.push_str(&format!(";Sampled={}", u8::from(sampled)));
    }
    Some(value)
}

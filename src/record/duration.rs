//! How long something took, in all the ways to write it.

use super::field_set::Value;

/// Nanoseconds of a duration. `unit`: nanoseconds per 1; zero: the text names it, or a whole
/// number is milliseconds (envoy, most JSON loggers), and a fraction says too little.
pub(crate) fn duration(value: Value<'_>, unit: f64) -> Option<u64> {
    let text = std::str::from_utf8(value.bytes.trim_ascii()).ok()?;
    let (count, number, mut suffix) = leading_number(text)?;
    let mut nanoseconds = match suffix {
        "" if unit > 0.0 => count * unit,
        "" if !number.contains('.') => count * 1e6,
        "" => return None,
        _ => {
            // Go writes several parts: `1m2.5s`.
            let end = suffix.find(|c: char| c.is_ascii_digit()).unwrap_or(suffix.len());
            let first = count * unit_named(&suffix[..end])?;
            suffix = &suffix[end..];
            first
        }
    };
    while !suffix.is_empty() {
        let (count, _, rest) = leading_number(suffix)?;
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        nanoseconds += count * unit_named(&rest[..end])?;
        suffix = &rest[end..];
    }
    (nanoseconds.is_finite() && (0.0..9e18).contains(&nanoseconds))
        .then(|| nanoseconds.round() as u64)
}

/// The number that a text begins with, as such and as written, and what follows it.
fn leading_number(text: &str) -> Option<(f64, &str, &str)> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, number, rest.trim_start()))
}

/// Nanoseconds in a unit by its name.
pub(crate) fn unit_named(name: &str) -> Option<f64> {
    Some(match name {
        "ns" | "nanos" | "nanoseconds" => 1.0,
        "us" | "µs" | "μs" | "micros" | "microseconds" => 1e3,
        "ms" | "msec" | "millis" | "milliseconds" => 1e6,
        "s" | "sec" | "secs" | "second" | "seconds" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::field_set::Kind;

    #[test]
    fn durations_have_units_in_many_spellings() {
        let read =
            |text: &'static str| duration(Value { bytes: text.as_bytes(), kind: Kind::Text }, 0.0);
        for (text, expected) in [
            ("35", Some(35_000_000)),
            ("35ms", Some(35_000_000)),
            ("76.4micros", Some(76_400)),
            ("12nanos", Some(12)),
            ("1.5 s", Some(1_500_000_000)),
            ("1m2.5s", Some(62_500_000_000)),
            ("1h1m1s", Some(3_661_000_000_000)),
            ("2m", Some(120_000_000_000)),
            ("0.5", None),
            ("3 blind mice", None),
            ("1m2", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}

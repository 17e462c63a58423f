//! Durations and shares as people say them: `1.282 s`, `790 ms`, `31.2 µs`, `2 min 3 s`, `62 %`.

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration in nanoseconds, in the unit that fits it.
///
/// Three significant digits (from a second on four, so that `1.282 s` can be compared with
/// `790 ms`), without trailing zeros. With `ascii`, microseconds are `us`.
pub fn duration(nanoseconds: u64, ascii: bool) -> String {
    let microseconds = if ascii { "us" } else { "µs" };
    match nanoseconds {
        0 => "0".to_owned(),
        1..MICROSECOND => format!("{nanoseconds} ns"),
        MICROSECOND..MILLISECOND => {
            scaled(nanoseconds, MICROSECOND, 3, microseconds).unwrap_or_else(|| "1 ms".to_owned())
        }
        MILLISECOND..SECOND => {
            scaled(nanoseconds, MILLISECOND, 3, "ms").unwrap_or_else(|| "1 s".to_owned())
        }
        SECOND..MINUTE => scaled(nanoseconds, SECOND, 4, "s")
            .filter(|text| text != "60 s")
            .unwrap_or_else(|| "1 min 0 s".to_owned()),
        MINUTE..HOUR => {
            let seconds = nanoseconds / SECOND;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
        HOUR..DAY => {
            let minutes = nanoseconds / MINUTE;
            format!("{} h {:02} min", minutes / 60, minutes % 60)
        }
        _ => {
            let hours = nanoseconds / HOUR;
            format!("{} d {:02} h", hours / 24, hours % 24)
        }
    }
}

/// `value / unit` with that many significant digits, at least all of the integer part; `None`
/// where it rounds to a thousand, which is one of the next unit.
fn scaled(value: u64, unit: u64, digits: u32, name: &str) -> Option<String> {
    let whole_digits = (value / unit).max(1).ilog10() + 1;
    let decimals = digits.saturating_sub(whole_digits);
    let step = unit / 10u64.pow(decimals);
    // Rounded half up, in steps of the last digit shown.
    let steps = value / step + u64::from(value % step >= step.div_ceil(2) && step > 1);
    let per_unit = 10u64.pow(decimals);
    let (whole, fraction) = (steps / per_unit, steps % per_unit);
    if whole >= 1000 {
        return None;
    }
    let mut text = whole.to_string();
    if fraction > 0 {
        let fraction = format!("{fraction:0width$}", width = decimals as usize);
        text.push('.');
        text.push_str(fraction.trim_end_matches('0'));
    }
    text.push(' ');
    text.push_str(name);
    Some(text)
}

/// A part of a whole in percent: `62 %`, `<1 %`, `0 %`.
pub fn share(part: f64) -> String {
    let percent = part * 100.0;
    if !percent.is_finite() || percent <= 0.0 {
        "0 %".to_owned()
    } else if percent < 1.0 {
        "<1 %".to_owned()
    } else {
        format!("{percent:.0} %")
    }
}

/// `1 span`, `8 spans`: a count and its noun, with thousands apart (`12 345 records`).
pub fn count(number: u64, singular: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {singular}{plural}", grouped(number))
}

/// A number with its thousands apart, from five digits on: `1234`, `12 345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_the_unit_that_fits() {
        for (nanoseconds, text) in [
            (0, "0"),
            (1, "1 ns"),
            (999, "999 ns"),
            (1_000, "1 µs"),
            (1_234, "1.23 µs"),
            (31_240, "31.2 µs"),
            (312_499, "312 µs"),
            (999_499, "999 µs"),
            (999_500, "1 ms"),
            (1_000_000, "1 ms"),
            (1_050_000, "1.05 ms"),
            (12_000_000, "12 ms"),
            (12_345_678, "12.3 ms"),
            (790_000_000, "790 ms"),
            (999_499_999, "999 ms"),
            (999_500_000, "1 s"),
            (1_282_000_000, "1.282 s"),
            (1_050_000_000, "1.05 s"),
            (59_994_000_000, "59.99 s"),
            (59_995_000_000, "1 min 0 s"),
            (60_000_000_000, "1 min 0 s"),
            (123_000_000_000, "2 min 3 s"),
            (3_599_999_999_999, "59 min 59 s"),
            (3_720_000_000_000, "1 h 02 min"),
            (93_600_000_000_000, "1 d 02 h"),
            (u64::MAX, "213503 d 23 h"),
        ] {
            assert_eq!(duration(nanoseconds, false), text, "{nanoseconds}");
        }
        assert_eq!(duration(31_240, true), "31.2 us");
    }

    #[test]
    fn shares_say_when_something_is_small_but_not_nothing() {
        for (part, text) in [
            (0.0, "0 %"),
            (0.001, "<1 %"),
            (0.009, "<1 %"),
            (0.01, "1 %"),
            (0.616, "62 %"),
            (1.0, "100 %"),
            (f64::NAN, "0 %"),
        ] {
            assert_eq!(share(part), text);
        }
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(count(1, "span"), "1 span");
        assert_eq!(count(0, "error"), "0 errors");
        assert_eq!(count(1234, "record"), "1234 records");
        assert_eq!(count(1_234_567, "record"), "1 234 567 records");
    }
}

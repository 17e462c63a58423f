//! Whether a whole second was written as one: [`is_to_the_second`].

use super::{SECOND, Timestamp};
use memchr::memchr_iter;

/// Whether a line gives this moment to the second: `10:00:01`, and nowhere `10:00:01.000`.
///
/// Such a stamp is up to a second early, while the value alone may be exact. False where the line
/// writes it in another way, as a number say.
pub(crate) fn is_to_the_second(line: &[u8], timestamp: Timestamp) -> bool {
    let nanoseconds = timestamp.nanoseconds();
    if nanoseconds % SECOND != 0 {
        return false;
    }
    // No zone of today is off by seconds.
    let second = nanoseconds.div_euclid(SECOND).rem_euclid(60) as u8;
    let written = [b'0' + second / 10, b'0' + second % 10];
    let mut is_found = false;
    for at in memchr_iter(b':', line) {
        let (before, after) = (&line[..at], &line[at + 1..]);
        let Some(after) = after.strip_prefix(&written) else { continue };
        let follows_minutes =
            matches!(before, [.., b':', a, b] if a.is_ascii_digit() && b.is_ascii_digit());
        let digits = after.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        match after.first() {
            _ if !follows_minutes => {}
            // These are the minutes.
            Some(b':') if digits == 2 => {}
            Some(b'.' | b',' | b':') if digits > 0 => return false,
            Some(byte) if byte.is_ascii_digit() => {}
            _ => is_found = true,
        }
    }
    is_found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_anywhere_makes_a_whole_second_an_exact_one() {
        let at = |second: i64| Timestamp::from_nanoseconds((1_763_805_600 + second) * SECOND);
        for (line, second, expected) in [
            ("[22/Nov/2025:10:00:01 +0000] \"GET / HTTP/1.1\" 200", 1, true),
            ("[22/Nov/2025:10:00:00 +0000] \"GET / HTTP/1.1\" 200", 0, true),
            ("Nov 22 10:00:01 host app[1]: started", 1, true),
            ("2025-11-22T10:00:01Z INFO started", 1, true),
            ("2025-11-22T10:00:01.000Z INFO started", 1, false),
            ("2025-11-22 10:00:01,000 INFO started", 1, false),
            ("10:00:01:000 started", 1, false),
            // The wrapper's is finer; whose it is, is not looked at.
            ("2025-11-22T10:00:01.000Z stdout F [22/Nov/2025:10:00:01 +0000]", 1, false),
            ("{\"ts\":1763805601,\"msg\":\"x\"}", 1, false),
            ("at 10:00:02 something", 1, false),
        ] {
            assert_eq!(is_to_the_second(line.as_bytes(), at(second)), expected, "{line}");
        }
        let finer = Timestamp::from_nanoseconds(1_763_805_601 * SECOND + 1);
        assert!(!is_to_the_second(b"10:00:01 x", finer));
    }
}

//! Numbers as they are written on the command line.

use std::str::FromStr;

/// A number without a fraction or a sign, of which the standard library says "invalid digit found in
/// string" where there is none.
pub(crate) fn whole_number<T: FromStr + TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = text.trim().parse().ok();
    number.ok_or_else(|| match text.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        true if !text.trim().is_empty() => "the number is too large".to_owned(),
        _ => "a whole number is needed, such as 10".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_whole_number_is_told_in_words() {
        assert_eq!(whole_number::<usize>(" 10"), Ok(10));
        for text in ["x", "", "-1", "1.5", "1e3", "1 000", "0x10"] {
            let error = whole_number::<u64>(text);
            assert_eq!(error, Err("a whole number is needed, such as 10".to_owned()), "{text}");
        }
        let large = whole_number::<u64>("99999999999999999999");
        assert_eq!(large, Err("the number is too large".to_owned()));
    }
}

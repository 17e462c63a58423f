//! Lines that go on with a record: stack traces, indented lines, JSON over several lines. Told by their
//! own shape and by the lines before them, never by those after, which are not here yet.

/// Which lines belong to the record before them. With something in front, their first byte would no
/// longer tell so.
#[derive(Debug, Default)]
pub(super) struct Continuations {
    /// There was a line that they can belong to.
    has_record: bool,
    /// What the lines before say of those that follow.
    inside: Inside,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    /// A traceback of Python: what is not indented names the exception, and ends it.
    Traceback,
    /// The calls of a goroutine: `main.main()`, until another kind of line.
    Goroutine,
    /// A panic of Rust whose message is on a line of its own.
    Panic,
}

impl Continuations {
    /// Takes note of the next line, and says whether it belongs to the record before it.
    pub(super) fn continues(&mut self, line: &[u8]) -> bool {
        const BEGINNINGS: &[&[u8]] = &[
            b"Caused by: ",
            b"Suppressed: ",
            b"During handling of the above exception",
            b"The above exception was the direct cause",
            b"--- End of ",
            b"stack backtrace:",
            b"note: run with `RUST_BACKTRACE",
            b"... ",
        ];
        let Some(&first) = line.first() else { return true };
        // Never the beginning of a line that could be stamped: JSON over several lines.
        if matches!(line, b"{" | b"[" | b"}" | b"]" | b")" | b"}," | b"]," | b"});" | b"};") {
            self.has_record = true;
            return true;
        }
        let is_indented = matches!(first, b' ' | b'\t');
        let (goes_on, inside) = match self.inside {
            inside if is_indented => (true, inside),
            _ if line.starts_with(b"Traceback (most recent call last)") => {
                (true, Inside::Traceback)
            }
            _ if line.starts_with(b"goroutine ") => (true, Inside::Goroutine),
            Inside::Traceback | Inside::Panic => (true, Inside::Nothing),
            Inside::Goroutine if line.ends_with(b")") || line.starts_with(b"created by ") => {
                (true, Inside::Goroutine)
            }
            _ if line.starts_with(b"thread '") && line.ends_with(b":") => (false, Inside::Panic),
            _ => {
                let begins = BEGINNINGS.iter().any(|beginning| line.starts_with(beginning));
                (begins || is_exception(line), Inside::Nothing)
            }
        };
        self.inside = inside;
        // The first line belongs to none: a traceback that is all there is gets its ids so.
        std::mem::replace(&mut self.has_record, true) && goes_on
    }
}

/// `java.lang.IllegalStateException: …`, `ValueError: …`: a class name and nothing before it.
fn is_exception(line: &[u8]) -> bool {
    let name = line
        .iter()
        .position(|&byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$')))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(name);
    let is_class = name.ends_with(b"Exception") || name.len() > 5 && name.ends_with(b"Error");
    is_class && (rest.is_empty() || rest.starts_with(b": "))
}

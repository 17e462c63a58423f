//! What is written for people and programs, judged.

use traceline::pipeline::LineTable;
use traceline::record::{LineOrigin, SourceId};
use traceline::render::{Origins, escape};

/// Names and numbers of lines. The name of the file is not the log's: it may hold anything, too.
pub struct Places<'l>(pub &'l LineTable);

impl Origins for Places<'_> {
    fn source_name(&self, _source: SourceId) -> &str {
        "a \u{1b}[31m\u{202e}file"
    }

    fn line_number(&self, source: SourceId, line: LineOrigin) -> u64 {
        self.0.line_number(source, line)
    }
}

/// Text for a terminal: nothing in it does anything but appear, colours aside.
pub fn assert_tame(text: &[u8], has_colors: bool) {
    let text = std::str::from_utf8(text).expect("text is UTF-8");
    for line in text.split('\n') {
        let plain = if has_colors { without_colors(line) } else { line.to_owned() };
        assert_eq!(escape(&plain), plain, "something of this acts upon a terminal");
    }
}

/// Takes out what sets colours, and nothing else.
fn without_colors(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let end = after.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(after.len());
        let is_color = after[end..].starts_with('m');
        rest = if is_color { &after[end + 1..] } else { after };
        if !is_color {
            plain.push('\u{1b}');
        }
    }
    plain + rest
}

/// Lines of JSON, each an object that names this schema, with no raw control character.
pub fn assert_json(text: &[u8], schema: &str) -> Vec<serde_json::Value> {
    assert!(text.is_empty() || text.ends_with(b"\n"));
    assert_tame_json(text);
    let text = std::str::from_utf8(text).expect("JSON is UTF-8");
    let object = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert_eq!(value["schema"], schema);
        value
    };
    text.lines().map(object).collect()
}

fn assert_tame_json(text: &[u8]) {
    let text = std::str::from_utf8(text).expect("JSON is UTF-8");
    let is_raw = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(is_raw), "a control character stands in JSON: {text:?}");
}

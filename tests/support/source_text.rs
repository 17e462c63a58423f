//! Rust source as text, with what the compiler does not run taken out.
//!
//! Makes a [`SourceFile`]: the text, and the same text with comments, literals and test-only items
//! blanked, byte for byte, so that line numbers stay true. Reads tokens, not grammar: good enough
//! for code that rustfmt has been over, and for nothing else.

use std::fs;
use std::ops::Range;
use std::path::Path;

/// A file of `src/`.
pub struct SourceFile {
    /// Path below `src/`, with `/` between its parts.
    pub path: String,
    /// As it is on disk.
    pub text: String,
    /// The same without comments, literals and `#[cfg(test)]` items: blanks in their place.
    pub code: String,
}

/// A path such as `crate::record::Severity` in code: its first name and its second.
#[derive(Debug, PartialEq, Eq)]
pub struct PathUse<'a> {
    /// Line, from 1.
    pub line: usize,
    /// `crate`, `super`, `serde_json`, …
    pub head: &'a str,
    /// What follows `::`: a name, `{` or `*`; empty where nothing does (`use regex;`).
    pub next: &'a str,
}

/// All files of a source folder, sorted by path; without those that are only compiled for tests.
pub fn read_folder(folder: &Path) -> Vec<SourceFile> {
    let mut paths = Vec::new();
    list(folder, "", &mut paths);
    paths.sort();
    let mut test_modules = Vec::new();
    let mut files: Vec<SourceFile> = paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(folder.join(&path)).expect("source files are UTF-8");
            let mut code = without_comments_and_literals(&text);
            for name in blank_test_items(&mut code) {
                test_modules.push(child_module(&path, &name));
            }
            SourceFile { path, text, code }
        })
        .collect();
    files.retain(|file| {
        !test_modules.iter().any(|module| {
            file.path == format!("{module}.rs") || file.path.starts_with(&format!("{module}/"))
        })
    });
    files
}

fn list(folder: &Path, below: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the source folder is readable") {
        let entry = entry.expect("the source folder is readable");
        let name = entry.file_name().into_string().expect("source file names are UTF-8");
        if entry.file_type().expect("entries have a type").is_dir() {
            list(&entry.path(), &format!("{below}{name}/"), paths);
        } else if name.ends_with(".rs") {
            paths.push(format!("{below}{name}"));
        }
    }
}

/// Where `mod name;` in the file at `path` looks for its text, without `.rs`.
fn child_module(path: &str, name: &str) -> String {
    let folder = match path.rsplit_once('/') {
        Some((folder, "mod.rs")) => format!("{folder}/"),
        _ if path == "lib.rs" || path == "main.rs" => String::new(),
        _ => format!("{}/", path.trim_end_matches(".rs")),
    };
    format!("{folder}{name}")
}

/// The code with comments and the insides of literals blanked. Length and lines are kept.
pub fn without_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut kept = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            at + block_comment(rest)
        } else if rest[0] == b'"' {
            at + string(rest)
        } else if let Some(length) = raw_string(bytes, at) {
            at + length
        } else if let Some(length) = character(rest) {
            at + length
        } else {
            at += 1;
            continue;
        };
        blank(&mut kept, at..end);
        at = end;
    }
    String::from_utf8(kept).expect("whole tokens were replaced by ASCII blanks")
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at.min(rest.len())
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let is_prefix = rest[0] == b'r'
        && (at == 0 || matches!(bytes[at - 1], b'b' | b'c') || !is_word(bytes[at - 1]));
    let hashes = rest.get(1..)?.iter().take_while(|&&byte| byte == b'#').count();
    if !is_prefix || rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let inside = &rest[2 + hashes..];
    let end = inside.windows(close.len()).position(|window| window == close);
    Some(end.map_or(rest.len(), |end| 2 + hashes + end + close.len()))
}

/// The length of a character literal; `None` for a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    if rest[0] != b'\'' {
        return None;
    }
    if rest.get(1) == Some(&b'\\') {
        // From the byte after the escaped one: `'\''`, `'\u{1f}'`.
        return Some(3 + rest.get(3..)?.iter().position(|&byte| byte == b'\'')? + 1);
    }
    let width = std::str::from_utf8(rest.get(1..)?).ok()?.chars().next()?.len_utf8();
    (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Blanks each item under `#[cfg(test)]`; gives the names of those modules that are files.
pub fn blank_test_items(code: &mut String) -> Vec<String> {
    let mut bytes = std::mem::take(code).into_bytes();
    let mut files = Vec::new();
    for gate in [b"#[cfg(test)]".as_slice(), b"#[cfg(all(test,"] {
        while let Some(start) = bytes.windows(gate.len()).position(|window| window == gate) {
            let end = item_end(&bytes, start);
            let item = String::from_utf8_lossy(&bytes[start..end]).into_owned();
            if let Some((_, name)) = item.strip_suffix(';').and_then(|item| item.split_once("mod "))
            {
                files.push(name.trim().to_owned());
            }
            blank(&mut bytes, start..end);
        }
    }
    *code = String::from_utf8(bytes).expect("whole items were replaced by ASCII blanks");
    files
}

/// The end of the item whose first attribute is at `start`: its `;`, or the brace that closes it.
fn item_end(bytes: &[u8], start: usize) -> usize {
    let (mut round, mut curly) = (0i32, 0i32);
    for (at, &byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => round += 1,
            b')' | b']' => round -= 1,
            b'{' => curly += 1,
            b'}' => curly -= 1,
            _ => continue,
        }
        let after = bytes[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        // `use a::{b, c};` closes a brace too, but goes on.
        if byte == b'}' && round == 0 && curly == 0 && after != Some(&b';') {
            return at + 1;
        }
        if matches!(byte, b')' | b']' | b'}') && round == 0 && curly == 0 {
            let rest = &bytes[at + 1..];
            let stop = rest.iter().position(|byte| matches!(byte, b'(' | b'[' | b'{' | b';'));
            if let Some(stop) = stop.filter(|&stop| rest[stop] == b';') {
                return at + 1 + stop + 1;
            }
        }
    }
    bytes.len()
}

/// Every path in the code whose first name is not itself after a `::`.
pub fn path_uses(code: &str) -> Vec<PathUse<'_>> {
    let bytes = code.as_bytes();
    let mut uses = Vec::new();
    let (mut at, mut line, mut previous_word) = (0, 1, "");
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            line += usize::from(bytes[at] == b'\n');
            at += 1;
            continue;
        }
        let end = word_end(bytes, at);
        let head = &code[at..end];
        let is_after_use = previous_word == "use";
        previous_word = head;
        if !continues_a_path(&bytes[..at]) {
            if bytes[end..].starts_with(b"::") {
                let from = end + 2;
                let to = word_end(bytes, from).max((from + 1).min(bytes.len()));
                uses.push(PathUse { line, head, next: code.get(from..to).unwrap_or("") });
            } else if is_after_use {
                uses.push(PathUse { line, head, next: "" });
            }
        }
        at = end;
    }
    uses
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|&&byte| is_word(byte)).count()
}

/// Whether a word here would be a later part of a path (`a::here`, `<T>::here`) or a field.
fn continues_a_path(before: &[u8]) -> bool {
    match before {
        [.., b'.'] => !before.ends_with(b".."),
        [.., last, b':', b':'] => is_word(*last) || *last == b'>',
        _ => false,
    }
}

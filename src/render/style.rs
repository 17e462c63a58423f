//! How text looks: width, colours, glyphs, time zone. Decided once by the caller and handed in;
//! nothing here asks the terminal.
//!
//! Colour never says anything alone: errors carry a symbol, guesses a mark. Services get one of
//! a few colours that stand out on dark and on light backgrounds alike.

use crate::record::TimeZone;
use anstyle::{Ansi256Color, AnsiColor};

/// How text for people is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Cells in a line of the terminal. `None` where there is no terminal: tables are then plain
    /// and as wide as they need, pictures [`Style::PICTURE_WIDTH`] wide.
    pub width: Option<usize>,
    /// Whether to use ANSI colours.
    pub color: bool,
    /// Whether to draw with ASCII only. (Text of the logs stays what it is.)
    pub ascii: bool,
    /// The zone of the times shown.
    pub time_zone: TimeZone,
    /// The output is a terminal, which control characters in CSV would act upon. (Text and JSON
    /// never have any.)
    pub is_terminal: bool,
}

/// A colour, weight and so on; [`anstyle::Style::new`] is none.
pub(super) type Paint = anstyle::Style;

/// The colours of services: numbers of the xterm palette, each with a contrast of at least 3 to 1
/// against black and against white (WCAG 2, "contrast ratio"; checked by a test). No red: red is
/// for errors. Neighbours differ in hue, because collisions are resolved by taking the next.
const PALETTE: [u8; 10] = [32, 136, 135, 28, 169, 30, 130, 63, 101, 66];

impl Style {
    /// Width of pictures where there is no terminal.
    pub const PICTURE_WIDTH: usize = 120;

    /// No narrower than this: there lines run over.
    pub const MIN_WIDTH: usize = 24;

    /// Cells that a picture may take.
    pub(super) fn picture_width(&self) -> usize {
        self.width.unwrap_or(Self::PICTURE_WIDTH).clamp(Self::MIN_WIDTH, 1000)
    }

    pub(super) fn glyphs(&self) -> &'static Glyphs {
        if self.ascii { &Glyphs::ASCII } else { &Glyphs::UNICODE }
    }

    /// Text in a paint, if there are colours at all.
    pub(super) fn push(&self, line: &mut String, text: &str, paint: Paint) {
        if self.color && !paint.is_plain() && !text.is_empty() {
            line.push_str(&format!("{}{text}{}", paint.render(), paint.render_reset()));
        } else {
            line.push_str(text);
        }
    }
}

pub(super) const PLAIN: Paint = Paint::new();
pub(super) const DIM: Paint = Paint::new().dimmed();
pub(super) const BOLD: Paint = Paint::new().bold();
pub(super) const ERROR: Paint = Paint::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
pub(super) const WARN: Paint = Paint::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
pub(super) const GOOD: Paint = Paint::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));

fn palette(index: usize) -> Paint {
    Paint::new()
        .fg_color(Some(anstyle::Color::Ansi256(Ansi256Color(PALETTE[index % PALETTE.len()]))))
}

/// FNV-1a: the same on every machine and in every version, which the standard hasher is not.
fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The colour of a service on its own: the same in every view and on every day.
pub(super) fn service_paint(service_name: &str) -> Paint {
    palette((stable_hash(service_name) % PALETTE.len() as u64) as usize)
}

/// Colours for the services of one picture: each its own as long as there are enough.
///
/// A service has the colour of [`service_paint`] unless one before it by name has taken that.
pub(super) struct ServicePaints(Vec<(String, Paint)>);

impl ServicePaints {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> ServicePaints {
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        let mut is_taken = [false; PALETTE.len()];
        let paints = names.into_iter().map(|name| {
            let first = (stable_hash(name) % PALETTE.len() as u64) as usize;
            let index = (first..first + PALETTE.len())
                .map(|index| index % PALETTE.len())
                .find(|&index| !is_taken[index])
                .unwrap_or(first);
            is_taken[index] = true;
            (name.to_owned(), palette(index))
        });
        ServicePaints(paints.collect())
    }

    pub(super) fn get(&self, service_name: Option<&str>) -> Paint {
        let Some(name) = service_name else { return DIM };
        match self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
            Ok(at) => self.0[at].1,
            Err(_) => service_paint(name),
        }
    }
}

/// The characters that pictures are drawn with. Each is one cell wide unless it says otherwise.
#[derive(Debug)]
pub(super) struct Glyphs {
    pub error: &'static str,
    pub ok: &'static str,
    /// Instead of [`Glyphs::edge`]: the place in the tree is a guess.
    pub guess: &'static str,
    pub ellipsis: &'static str,
    /// With a space on either side.
    pub arrow: &'static str,
    /// Between two quantities.
    pub dash: &'static str,
    /// A child with siblings below; two cells with [`Glyphs::edge`].
    pub branch: &'static str,
    /// The last child.
    pub last: &'static str,
    /// Second cell of a branch.
    pub edge: &'static str,
    /// An ancestor with siblings below; two cells.
    pub through: &'static str,
    /// At a tick of the time axis, before its label.
    pub axis: &'static str,
    /// One to eight eighths of a cell, from the left.
    pub eighths: [&'static str; 8],
    /// The right half of a cell.
    pub right_half: &'static str,
    /// A thin line on the right of a cell.
    pub right_thin: &'static str,
    /// Self time between bounds that were only observed.
    pub observed: &'static str,
    /// Waiting for children: whole cell, left half, right half.
    pub waiting: [&'static str; 3],
    /// A moment.
    pub tick: &'static str,
    /// A record.
    pub record: &'static str,
    /// Quotes around text of the log.
    pub quotes: [&'static str; 2],
    /// Times as often.
    pub times: &'static str,
}

impl Glyphs {
    pub(super) const UNICODE: Glyphs = Glyphs {
        error: "✗",
        ok: "✓",
        guess: "~",
        ellipsis: "…",
        arrow: "→",
        dash: "–",
        branch: "├",
        last: "└",
        edge: "╴",
        through: "│ ",
        axis: "╷",
        eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
        right_half: "▐",
        right_thin: "▕",
        observed: "▒",
        waiting: ["─", "╴", "╶"],
        tick: "│",
        record: "•",
        quotes: ["“", "”"],
        times: "×",
    };

    pub(super) const ASCII: Glyphs = Glyphs {
        error: "!",
        ok: "+",
        guess: "~",
        ellipsis: "..",
        arrow: "->",
        dash: "-",
        branch: "|",
        last: "`",
        edge: "-",
        through: "| ",
        axis: "|",
        eighths: ["#", "#", "#", "#", "#", "#", "#", "#"],
        right_half: "#",
        right_thin: "#",
        observed: "=",
        waiting: ["-", "-", "-"],
        tick: "|",
        record: "*",
        quotes: ["\"", "\""],
        times: "x",
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(index: u8) -> f64 {
        const LEVELS: [f64; 6] = [0.0, 95.0, 135.0, 175.0, 215.0, 255.0];
        let cube = usize::from(index - 16);
        let linear = |level: f64| {
            let part = level / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(LEVELS[cube / 36])
            + 0.7152 * linear(LEVELS[cube / 6 % 6])
            + 0.0722 * linear(LEVELS[cube % 6])
    }

    #[test]
    fn every_service_colour_reads_on_dark_and_on_light() {
        for index in PALETTE {
            let luminance = luminance(index);
            assert!((luminance + 0.05) / 0.05 >= 3.0, "{index} is too dark for black");
            assert!(1.05 / (luminance + 0.05) >= 3.0, "{index} is too light for white");
        }
    }

    #[test]
    fn services_of_one_picture_have_their_own_colours() {
        let names: Vec<String> = (0..PALETTE.len()).map(|n| format!("service-{n}")).collect();
        let paints = ServicePaints::new(names.iter().map(String::as_str));
        let mut seen: Vec<String> =
            names.iter().map(|name| paints.get(Some(name)).render().to_string()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), PALETTE.len());
    }

    #[test]
    fn ascii_glyphs_are_ascii() {
        assert!(format!("{:?}", Glyphs::ASCII).is_ascii());
    }

    #[test]
    fn without_colours_nothing_is_painted() {
        let mut line = String::new();
        Style::default().push(&mut line, "text", ERROR);
        Style { color: true, ..Style::default() }.push(&mut line, "text", ERROR);
        assert_eq!(line, "text\u{1b}[31mtext\u{1b}[0m");
    }
}

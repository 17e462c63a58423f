//! Bars: where a span stands in time, drawn in eighths of a cell.
//!
//! A bar shows two things at once: when the span was open, and when it was busy itself. Where a
//! child was open the bar is a thin line, elsewhere a block; the blocks of a picture are therefore
//! the self times, and they are what takes the eye to where the time went.

use crate::record::Timestamp;
use crate::render::style::Glyphs;
use std::collections::BTreeMap;

const EIGHTHS: usize = 8;

/// Time along a row of cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub start: i64,
    pub end: i64,
    pub cells: usize,
}

/// Which cells of a row show what.
pub(super) type Cells = Vec<&'static str>;

impl Scale {
    /// Nanoseconds from end to end.
    pub(super) fn length(&self) -> u64 {
        self.end.abs_diff(self.start)
    }

    /// The nearest border between eighths: 0 to 8 times the cells. Clamped.
    fn eighth(&self, at: Timestamp) -> usize {
        let borders = (self.cells * EIGHTHS) as i128;
        let length = i128::from(self.length()).max(1);
        let offset = i128::from(at.nanoseconds()) - i128::from(self.start);
        ((2 * offset * borders + length) / (2 * length)).clamp(0, borders) as usize
    }

    /// For each eighth that children touch, whether they were open for at least half of what the
    /// span has of it. Exact, not by rounded bounds: with many short children the rounding would
    /// draw patterns that are not there.
    fn waiting(
        &self,
        (start, end): (Timestamp, Timestamp),
        children: impl Iterator<Item = (Timestamp, Timestamp)>,
    ) -> BTreeMap<usize, bool> {
        // In units of a nanosecond divided by the number of eighths: an eighth is then `length`
        // units long, whatever divides by what.
        let eighths = (self.cells * EIGHTHS) as i128;
        let length = i128::from(self.length()).max(1);
        let units = |at: Timestamp| {
            let offset = i128::from(at.nanoseconds()) - i128::from(self.start);
            (offset * eighths).clamp(0, length * eighths)
        };
        let (start, end) = (units(start), units(end));
        let overlap = |eighth: i128, from: i128, to: i128| {
            (to.min((eighth + 1) * length) - from.max(eighth * length)).max(0)
        };
        let mut intervals: Vec<(i128, i128)> =
            children.map(|(from, to)| (units(from).max(start), units(to).min(end))).collect();
        intervals.sort_unstable();
        let mut open: BTreeMap<usize, i128> = BTreeMap::new();
        let mut covered = start;
        for (from, to) in intervals {
            let from = from.max(covered);
            if from >= to {
                continue;
            }
            covered = to;
            for eighth in from / length..=(to - 1) / length {
                *open.entry(eighth as usize).or_default() += overlap(eighth, from, to);
            }
        }
        open.into_iter()
            .map(|(eighth, open)| (eighth, 2 * open >= overlap(eighth as i128, start, end)))
            .collect()
    }

    /// The cell that holds a moment.
    pub(super) fn cell(&self, at: Timestamp) -> usize {
        (self.eighth(at) / EIGHTHS).min(self.cells.saturating_sub(1))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Outside,
    Busy,
    Waiting,
}

/// The bar of a span with these children.
pub(super) fn span_bar(
    scale: &Scale,
    (start, end): (Timestamp, Timestamp),
    is_observed: bool,
    children: impl Iterator<Item = (Timestamp, Timestamp)>,
    glyphs: &Glyphs,
) -> Cells {
    let mut cells = vec![" "; scale.cells];
    if scale.cells == 0 {
        return cells;
    }
    if start == end {
        cells[scale.cell(start)] = glyphs.tick;
        return cells;
    }
    let (mut first, mut last) = (scale.eighth(start), scale.eighth(end));
    if first == last {
        // Too short to see, but it was there.
        first = first.min(scale.cells * EIGHTHS - 1);
        last = first + 1;
    }
    let mut parts = vec![Part::Outside; scale.cells * EIGHTHS];
    parts[first..last].fill(Part::Busy);
    for (eighth, waiting) in scale.waiting((start, end), children) {
        if (first..last).contains(&eighth) && waiting {
            parts[eighth] = Part::Waiting;
        }
    }
    for (cell, parts) in cells.iter_mut().zip(parts.chunks(EIGHTHS)) {
        *cell = if is_observed { observed(parts, glyphs) } else { reported(parts, glyphs) };
    }
    if cells.iter().all(|&cell| cell == " ") {
        cells[first / EIGHTHS] = glyphs.tick;
    }
    cells
}

/// A line without blocks: something was open here of which only the children are known.
pub(super) fn waiting_bar(
    scale: &Scale,
    (start, end): (Timestamp, Timestamp),
    glyphs: &Glyphs,
) -> Cells {
    span_bar(scale, (start, end), false, std::iter::once((start, end)), glyphs)
}

fn count(parts: &[Part], wanted: Part) -> usize {
    parts.iter().filter(|&&part| part == wanted).count()
}

fn reported(parts: &[Part], glyphs: &Glyphs) -> &'static str {
    let (busy, waiting) = (count(parts, Part::Busy), count(parts, Part::Waiting));
    let is_edge = parts.contains(&Part::Outside) || busy + waiting < EIGHTHS;
    match (busy, waiting) {
        (0, 0) => " ",
        (0, _) => line(parts, glyphs),
        // A sliver between two children is noise inside a bar, but at its ends it is the end.
        (1..=2, 1..) if !is_edge && parts[0] != Part::Busy && parts[7] != Part::Busy => {
            glyphs.waiting[0]
        }
        _ => block(parts, busy, glyphs),
    }
}

fn block(parts: &[Part], busy: usize, glyphs: &Glyphs) -> &'static str {
    let position: usize = (0..EIGHTHS).filter(|&at| parts[at] == Part::Busy).sum();
    let leans_right = parts[0] != Part::Busy && 2 * position > busy * (EIGHTHS - 1);
    match busy {
        7.. if leans_right => glyphs.eighths[7],
        3..=6 if leans_right => glyphs.right_half,
        1..=2 if leans_right => glyphs.right_thin,
        _ => glyphs.eighths[busy.clamp(1, EIGHTHS) - 1],
    }
}

fn line(parts: &[Part], glyphs: &Glyphs) -> &'static str {
    let half = EIGHTHS / 2;
    let (left, right) = (&parts[..half], &parts[half..]);
    match (left.contains(&Part::Waiting), right.contains(&Part::Waiting)) {
        (true, false) => glyphs.waiting[1],
        (false, true) => glyphs.waiting[2],
        _ => glyphs.waiting[0],
    }
}

fn observed(parts: &[Part], glyphs: &Glyphs) -> &'static str {
    let (busy, waiting) = (count(parts, Part::Busy), count(parts, Part::Waiting));
    match (busy, waiting) {
        (3.., _) => glyphs.observed,
        (_, 1..) => line(parts, glyphs),
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanoseconds: i64) -> Timestamp {
        Timestamp::from_nanoseconds(nanoseconds)
    }

    const SCALE: Scale = Scale { start: 0, end: 80, cells: 10 };

    fn bar(start: i64, end: i64, is_observed: bool, children: &[(i64, i64)]) -> String {
        let children = children.iter().map(|&(start, end)| (at(start), at(end)));
        span_bar(&SCALE, (at(start), at(end)), is_observed, children, &Glyphs::UNICODE).concat()
    }

    #[test]
    fn reported_bars_are_sharp_to_an_eighth() {
        assert_eq!(bar(0, 80, false, &[]), "██████████");
        assert_eq!(bar(0, 12, false, &[]), "█▌        ");
        assert_eq!(bar(8, 9, false, &[]), " ▏        ");
        assert_eq!(bar(12, 28, false, &[]), " ▐█▌      ");
        assert_eq!(bar(79, 80, false, &[]), "         ▕");
    }

    #[test]
    fn time_spent_in_children_is_a_line() {
        assert_eq!(bar(0, 80, false, &[(8, 72)]), "█────────█");
        assert_eq!(bar(0, 80, false, &[(1, 40), (41, 80)]), "▏────▏────");
        assert_eq!(bar(0, 80, false, &[(0, 80)]), "──────────");
        assert_eq!(bar(0, 80, false, &[(16, 32), (24, 48)]), "██────████");
        assert_eq!(bar(12, 28, false, &[(12, 28)]), " ╶─╴      ");
    }

    #[test]
    fn observed_bars_are_soft() {
        assert_eq!(bar(8, 72, true, &[(24, 48)]), " ▒▒───▒▒▒ ");
        assert_eq!(bar(10, 11, true, &[]), " │        ");
    }

    #[test]
    fn a_moment_is_a_tick_and_nothing_leaves_the_picture() {
        assert_eq!(bar(40, 40, false, &[]), "     │    ");
        assert_eq!(bar(80, 80, false, &[]), "         │");
        assert_eq!(bar(-500, 900, false, &[(-600, 8)]), "─█████████");
        assert_eq!(bar(-500, -400, false, &[]), "▏         ");
        assert_eq!(bar(500, 900, true, &[]), "         │");
        let empty = Scale { start: 5, end: 5, cells: 3 };
        let cells = span_bar(&empty, (at(5), at(6)), false, std::iter::empty(), &Glyphs::UNICODE);
        assert_eq!(cells.len(), 3);
        let widest = Scale { start: i64::MIN, end: i64::MAX, cells: 4 };
        let whole = (at(i64::MIN), at(i64::MAX));
        let cells = span_bar(&widest, whole, false, std::iter::empty(), &Glyphs::UNICODE);
        assert_eq!(cells.concat(), "████");
    }
}

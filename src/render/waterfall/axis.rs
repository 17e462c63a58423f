//! The time axis: ticks at round offsets from the start of the trace.

use super::bar::Scale;
use crate::record::Timestamp;
use crate::render::{duration::duration, escape::width, style::Glyphs};

const SECOND: u64 = 1_000_000_000;

/// The axis as text: a tick and its label for every step that has room.
pub(super) fn axis(scale: &Scale, glyphs: &Glyphs, ascii: bool) -> String {
    let mut text = String::new();
    let length = scale.length();
    if length == 0 || scale.cells == 0 {
        return text;
    }
    let step = step(length, scale.cells, ascii);
    let mut offset = 0u64;
    while offset <= length {
        let at = Timestamp::from_nanoseconds(scale.start.saturating_add_unsigned(offset));
        let (column, used) = (scale.cell(at), width(&text));
        let label = duration(offset, ascii);
        let has_room = used == 0 || column > used;
        if has_room && column + 1 + width(&label) <= scale.cells {
            text.extend(std::iter::repeat_n(' ', column - used.min(column)));
            text.push_str(glyphs.axis);
            text.push_str(&label);
        }
        let Some(next) = offset.checked_add(step) else { break };
        offset = next;
    }
    text
}

/// The smallest round step whose labels do not touch.
fn step(length: u64, cells: usize, ascii: bool) -> u64 {
    /// Labels are at least so far apart.
    const LEAST: usize = 10;
    let has_room = |step: u64| {
        let room = u128::from(step) * cells.max(1) as u128 / u128::from(length.max(1));
        // Early labels are the longest: with their number the unit becomes greater.
        let labels = (1..4).map(|number| width(&duration(step.saturating_mul(number), ascii)));
        room >= labels.max().unwrap_or(0).max(LEAST - 2) as u128 + 2
    };
    let decimal = (0..10).flat_map(|power| {
        let quarter = if power > 0 { 25 * 10u64.pow(power - 1) } else { 2 };
        [10u64.pow(power), 2 * 10u64.pow(power), quarter, 5 * 10u64.pow(power)]
    });
    let clock = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 4 * 3600, 12 * 3600];
    let days = (0..6).flat_map(|power| [1, 2, 5].map(|digit| digit * 10u64.pow(power) * 86_400));
    decimal
        .chain(clock.into_iter().chain(days).map(|seconds| seconds.saturating_mul(SECOND)))
        .find(|&step| has_room(step))
        .unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(length: i64, cells: usize) -> String {
        axis(&Scale { start: 1000, end: 1000 + length, cells }, &Glyphs::UNICODE, false)
    }

    #[test]
    fn ticks_stand_at_round_offsets() {
        for (length, cells, expected) in [
            (1_282_000_000, 40, "╷0             ╷500 ms         ╷1 s"),
            (1_282_000_000, 60, "╷0         ╷250 ms     ╷500 ms     ╷750 ms    ╷1 s"),
            (150_000_000_000, 40, "╷0              ╷1 min 0 s"),
            (31_000, 40, "╷0          ╷10 µs       ╷20 µs"),
        ] {
            assert_eq!(drawn(length, cells), expected);
        }
    }

    #[test]
    fn the_shortest_trace_has_an_axis_too() {
        assert_eq!(drawn(1, 40), "╷0");
        assert_eq!(drawn(0, 40), "");
        assert_eq!(drawn(10, 3), "╷0");
    }
}

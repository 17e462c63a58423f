//! Cells to aligned columns: the only place that knows comfy-table.
//!
//! Which columns there are, and how wide each is, the caller has decided.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, Table, TableStyle, Width,
};

/// A column, as wide as its cells are to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArrangedColumn {
    pub width: usize,
    /// To the right, as numbers are.
    pub is_number: bool,
}

/// Between cells while they are arranged. It cannot occur in escaped text.
const SEPARATOR: char = '\u{1f}';

/// Pads the cells of each row to the widths of their columns, `space` cells between two. No cell
/// may be wider than its column.
pub(super) fn arrange(
    columns: &[ArrangedColumn],
    space: u16,
    rows: impl Iterator<Item = Vec<String>>,
) -> Vec<Vec<String>> {
    let mut table = Table::new();
    let lines = ContentLineStyle::none().junction(SEPARATOR);
    table
        .load_style(TableStyle::new().content_lines(lines))
        // Nothing is to be broken into lines, neither after a word.
        .set_delimiter(SEPARATOR)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::MAX);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in columns.iter().enumerate() {
        let Some(arranged) = table.column_mut(at) else { continue };
        let space = if at + 1 == columns.len() { 0 } else { space };
        arranged.set_padding((0, space));
        if column.is_number {
            arranged.set_cell_alignment(CellAlignment::Right);
        }
        // The padding counts as part of the column.
        let width = u16::try_from(column.width).unwrap_or(u16::MAX).saturating_add(space);
        arranged.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    table.lines().map(|line| line.split(SEPARATOR).map(str::to_owned).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_padded_and_numbers_are_on_the_right() {
        let columns = [
            ArrangedColumn { width: 5, is_number: false },
            ArrangedColumn { width: 4, is_number: true },
            ArrangedColumn { width: 3, is_number: false },
        ];
        let rows = [["ab", "7", "x"], ["漢字", "", "👩‍💻"], ["a b", "1234", ""]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let arranged = arrange(&columns, 2, rows.into_iter());
        let lines: Vec<String> =
            arranged.iter().map(|cells| cells.concat().trim_end().to_owned()).collect();
        assert_eq!(lines, ["ab        7  x", "漢字         👩‍💻", "a b    1234"]);
    }
}

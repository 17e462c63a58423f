//! How wide each column of the waterfall is.
//!
//! As the terminal narrows, columns give way in this order:
//! 1. names are cut to 12 cells, then services (with their place in the tree) to 16;
//! 2. the self times go (the table below has them);
//! 3. the names go;
//! 4. services are cut to 8 cells;
//! 5. the bars go; services take the room that is left beside the durations.
//!
//! The error mark and the durations never go.

/// Cells of each column; 0 where it is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Tree and service.
    pub service: usize,
    pub name: usize,
    pub error: usize,
    pub bar: usize,
    pub duration: usize,
    pub self_time: usize,
}

impl Columns {
    /// Cells in all, with the spaces between: two before numbers and names, one around the bars.
    fn total(&self) -> usize {
        let gap = |column: usize, spaces: usize| if column > 0 { column + spaces } else { 0 };
        self.service
            + gap(self.name, 1)
            + gap(self.error, 1)
            + gap(self.bar, 1)
            + gap(self.duration, 2)
            + gap(self.self_time, 2)
    }

    /// Gives the bar what the others leave; says how much that is.
    fn spread(&mut self, width: usize) -> usize {
        self.bar = 0;
        self.bar = width.saturating_sub(self.total() + 1);
        self.bar
    }

    /// Fits the columns, given as wide as they would like to be, into a width. A bar wish of 0
    /// stays 0: there is nothing to draw.
    pub(super) fn fit(wish: Columns, width: usize) -> Columns {
        let mut columns = wish;
        if wish.bar == 0 {
            return columns.without_bar(wish, width);
        }
        columns.service = wish.service.min((width / 4).max(16));
        columns.name = wish.name.min((width / 3).max(12));
        let roomy = (width * 2 / 5).max(16);
        let enough = (width / 4).max(16);
        if columns.spread(width) < roomy {
            let missing = roomy - columns.bar;
            columns.name = columns.name.saturating_sub(missing).max(wish.name.min(12));
        }
        if columns.spread(width) < roomy {
            let missing = roomy - columns.bar;
            columns.service = columns.service.saturating_sub(missing).max(wish.service.min(16));
        }
        if columns.spread(width) < enough {
            columns.self_time = 0;
        }
        if columns.spread(width) < enough {
            columns.name = 0;
        }
        if columns.spread(width) < enough {
            let missing = enough - columns.bar;
            columns.service = columns.service.saturating_sub(missing).max(wish.service.min(8));
        }
        if columns.spread(width) < 8 {
            return columns.without_bar(wish, width);
        }
        columns
    }

    fn without_bar(mut self, wish: Columns, width: usize) -> Columns {
        self.bar = 0;
        self.service = wish.service;
        if self.total() > width && self.name > 0 {
            self.name = self.name.saturating_sub(self.total() - width).max(self.name.min(12));
        }
        if self.total() > width {
            self.self_time = 0;
        }
        if self.total() > width {
            self.name = 0;
        }
        self.service = self.service.saturating_sub(self.total().saturating_sub(width)).max(1);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Columns =
        Columns { service: 9, name: 15, error: 1, bar: 1, duration: 8, self_time: 8 };

    #[test]
    fn columns_give_way_in_their_order() {
        for (width, name, bar, self_time) in
            [(200, 15, 152, 8), (120, 15, 72, 8), (80, 15, 32, 8), (60, 12, 25, 0), (40, 0, 18, 0)]
        {
            let columns = Columns::fit(WISH, width);
            assert_eq!(columns.total(), width, "{width}");
            assert_eq!(
                (columns.name, columns.bar, columns.self_time),
                (name, bar, self_time),
                "{width}"
            );
        }
    }

    #[test]
    fn no_wish_is_too_much() {
        let wish = Columns { service: 300, name: 100, ..WISH };
        for width in 24..300 {
            let columns = Columns::fit(wish, width);
            assert!(columns.total() <= width, "{width}: {columns:?}");
            assert!(columns.service >= 8, "{width}: {columns:?}");
        }
        let columns = Columns::fit(Columns { bar: 0, ..WISH }, 80);
        assert_eq!((columns.bar, columns.name), (0, 15));
    }
}

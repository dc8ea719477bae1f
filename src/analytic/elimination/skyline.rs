//! Matrices whose rows are whole between their first and last entry, in one flat buffer.

/// Rows from their first to their last column, one after another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Skyline {
    /// First column of each row.
    first: Vec<usize>,
    /// Where each row begins in `cells`; one more for the end.
    offset: Vec<usize>,
    cells: Vec<f64>,
}

impl Skyline {
    /// A matrix of zeros whose row i spans the columns `spans[i]`, first to last; widened to the left where elimination from
    /// the last row to the first will fill in: what row k holds, every row above it that leads to k will.
    #[must_use]
    pub fn new(spans: &[(usize, usize)]) -> Self {
        Self::within(spans, usize::MAX).unwrap_or_default()
    }

    /// The same; `None` if it has more than `most` cells.
    #[must_use]
    pub fn within(spans: &[(usize, usize)], most: usize) -> Option<Self> {
        let mut matrix = Self::default();
        let cells = matrix.lay_out(spans);
        (cells <= most).then(|| {
            matrix.cells = vec![0.0; cells];
            matrix
        })
    }

    /// Makes it such a matrix in the room that it has. Its cells hold what they held before, and are to be written.
    pub fn shape(&mut self, spans: &[(usize, usize)]) {
        let cells = self.lay_out(spans);
        self.cells.resize(cells, 0.0);
    }

    /// Where each row begins and ends; how many cells that takes.
    fn lay_out(&mut self, spans: &[(usize, usize)]) -> usize {
        let Self { first, offset, .. } = self;
        first.clear();
        first.extend(spans.iter().map(|span| span.0));
        // Rows that begin one behind the other have nothing to fill in.
        let rising = first.windows(2).all(|pair| pair[0] <= pair[1]);
        for i in (0..if rising { 0 } else { spans.len() }).rev() {
            let last = spans[i].1.min(spans.len() - 1);
            let filled = first.get(i + 1..=last).and_then(|below| below.iter().min());
            first[i] = filled.map_or(first[i], |&filled| filled.min(first[i]));
        }
        offset.clear();
        let mut end = 0;
        for (&first, &(_, last)) in first.iter().zip(spans) {
            offset.push(end);
            end += (last + 1).saturating_sub(first);
        }
        offset.push(end);
        end
    }

    /// How many cells such a matrix has.
    #[must_use]
    pub fn cells_of(spans: &[(usize, usize)]) -> usize {
        Self::default().lay_out(spans)
    }

    /// Rows.
    #[must_use]
    pub fn size(&self) -> usize {
        self.first.len()
    }

    /// Cells held.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells.len()
    }

    /// First column of row `i`, and its cells from there on.
    #[must_use]
    pub fn row(&self, i: usize) -> (usize, &[f64]) {
        (self.first[i], &self.cells[self.offset[i]..self.offset[i + 1]])
    }

    /// The same, to be written.
    pub fn row_mut(&mut self, i: usize) -> (usize, &mut [f64]) {
        (self.first[i], &mut self.cells[self.offset[i]..self.offset[i + 1]])
    }

    /// Rows `begin`..`end` to be written, each with its first column, and the cells of the rows from `end` on, which begin
    /// at [`Self::offset`] of `end`.
    pub(super) fn part(&mut self, begin: usize, end: usize) -> (Vec<(usize, &mut [f64])>, Below<'_>) {
        let (above, below) = self.cells.split_at_mut(self.offset[end]);
        let mut rest = &mut above[self.offset[begin]..];
        let mut rows = Vec::with_capacity(end - begin);
        for i in begin..end {
            let (row, after) = rest.split_at_mut(self.offset[i + 1] - self.offset[i]);
            rows.push((self.first[i], row));
            rest = after;
        }
        (rows, Below { first: &self.first, offset: &self.offset, start: self.offset[end], cells: below })
    }
}

/// The rows below a part that is being written.
#[derive(Clone, Copy)]
pub(super) struct Below<'a> {
    first: &'a [usize],
    offset: &'a [usize],
    start: usize,
    cells: &'a [f64],
}

impl<'a> Below<'a> {
    /// Row `k` left of column `before`: first column and cells.
    pub fn left(&self, k: usize, before: usize) -> (usize, &'a [f64]) {
        let first = self.first[k];
        let begin = self.offset[k] - self.start;
        (first, &self.cells[begin..begin + before.saturating_sub(first).min(self.offset[k + 1] - self.offset[k])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_widened_by_what_elimination_fills_in() {
        // Row 0 leads to 2, row 2 leads to 0; row 1 leads to row 2 and gets its column 0.
        let matrix = Skyline::new(&[(1, 2), (1, 2), (0, 1)]);
        assert_eq!((0..3).map(|i| matrix.row(i).0).collect::<Vec<_>>(), [0, 0, 0]);
        assert_eq!(matrix.cells(), 3 + 3 + 2);
    }
}

//! Lines along which a function on a grid has one value, by marching squares.
//!
//! Source: W. E. Lorensen and H. E. Cline, Marching cubes (1987), in the plane. Each square of four neighbouring points is
//! crossed where the value, interpolated along its sides, is met; a saddle is parted by the mean of its corners. Squares with an
//! unknown corner are not crossed.

/// A function on a grid: rising places of the columns and rows, and a value for each pair, row by row; `None` where it is not
/// known.
pub(super) struct GridFunction<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub values: &'a [Option<f64>],
}

type Point = (f64, f64);

impl GridFunction<'_> {
    /// The lines at a level, each as its points in order.
    pub fn lines(&self, level: f64) -> Vec<Vec<Point>> {
        let mut pieces = Vec::new();
        for row in 1..self.y.len() {
            for column in 1..self.x.len() {
                self.cross(column - 1, row - 1, level, &mut pieces);
            }
        }
        joined(pieces)
    }

    /// The sides between cells of which one is below a level and its neighbour is not, joined: a line where nothing lies between
    /// the places. Columns and rows reach as far as `columns` and `rows` say.
    pub fn steps(&self, level: f64, columns: &[(f64, f64)], rows: &[(f64, f64)]) -> Vec<Vec<Point>> {
        let mut pieces = Vec::new();
        let parted = |one: (usize, usize), other: (usize, usize)| {
            let sides = [one, other].map(|(column, row)| self.at(column, row).map(|value| value < level));
            matches!(sides, [Some(one), Some(other)] if one != other)
        };
        for (row, &(low, high)) in rows.iter().enumerate() {
            for (column, &(left, right)) in columns.iter().enumerate() {
                if column + 1 < columns.len() && parted((column, row), (column + 1, row)) {
                    pieces.push([(right, low), (right, high)]);
                }
                if row + 1 < rows.len() && parted((column, row), (column, row + 1)) {
                    pieces.push([(left, high), (right, high)]);
                }
            }
        }
        joined(pieces)
    }

    fn at(&self, column: usize, row: usize) -> Option<f64> {
        self.values[row * self.x.len() + column]
    }

    /// The one or two pieces in the square above and to the right of a point.
    fn cross(&self, column: usize, row: usize, level: f64, pieces: &mut Vec<[Point; 2]>) {
        let places = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
        let mut corners = [(0.0, 0.0, 0.0); 4];
        for (corner, (column, row)) in corners.iter_mut().zip(places) {
            let Some(value) = self.at(column, row) else { return };
            *corner = (self.x[column], self.y[row], value - level);
        }
        // Sides are crossed in pairs, going around.
        let crossed: Vec<(usize, Point)> = (0..4)
            .filter_map(|side| {
                let (a, b) = (corners[side], corners[(side + 1) % 4]);
                ((a.2 < 0.0) != (b.2 < 0.0)).then(|| (side, met(a, b)))
            })
            .collect();
        match crossed[..] {
            [(_, from), (_, to)] => pieces.push([from, to]),
            [(_, a), (_, b), (_, c), (_, d)] => {
                let middle = corners.iter().map(|corner| corner.2).sum::<f64>();
                if (middle < 0.0) == (corners[0].2 < 0.0) {
                    pieces.extend([[a, b], [c, d]]);
                } else {
                    pieces.extend([[d, a], [b, c]]);
                }
            }
            _ => {}
        }
    }
}

/// Where the value is met between two corners; the same from either side.
fn met(a: (f64, f64, f64), b: (f64, f64, f64)) -> Point {
    let (a, b) = if (a.0, a.1) <= (b.0, b.1) { (a, b) } else { (b, a) };
    let share = if (a.2 - b.2).is_finite() { (a.2 / (a.2 - b.2)).clamp(0.0, 1.0) } else { 0.5 };
    (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
}

/// Pieces joined at their ends, which are the same to the last bit.
fn joined(pieces: Vec<[Point; 2]>) -> Vec<Vec<Point>> {
    use std::collections::HashMap;
    let key = |point: Point| (point.0.to_bits(), point.1.to_bits());
    let mut ends: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        piece.iter().for_each(|end| ends.entry(key(*end)).or_default().push(index));
    }
    let mut used = vec![false; pieces.len()];
    let mut lines = Vec::new();
    for start in 0..pieces.len() {
        if used[start] {
            continue;
        }
        used[start] = true;
        let mut line = pieces[start].to_vec();
        for _ in 0..2 {
            while let Some(next) =
                line.last().and_then(|end| ends.get(&key(*end))?.iter().copied().find(|at| !used[*at]))
            {
                used[next] = true;
                let [from, to] = pieces[next];
                let end = line.last().copied().map(key);
                line.push(if end == Some(key(from)) { to } else { from });
            }
            line.reverse();
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_one_closed_line_on_its_radius() {
        let places: Vec<f64> = (0..=40).map(|at| f64::from(at) / 20.0 - 1.0).collect();
        let values: Vec<Option<f64>> =
            places.iter().flat_map(|y| places.iter().map(move |x| Some(x * x + y * y))).collect();
        let lines = GridFunction { x: &places, y: &places, values: &values }.lines(0.503);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        assert!(lines[0].iter().all(|(x, y)| ((x * x + y * y).sqrt() - 0.503_f64.sqrt()).abs() < 2e-3));
    }

    #[test]
    fn planes_are_met_exactly_and_what_is_not_known_is_not_crossed() {
        let (x, y) = ([0.0, 1.0, 2.0], [0.0, 1.0]);
        let values = [Some(0.0), Some(1.0), Some(2.0), Some(0.0), Some(1.0), Some(2.0)];
        let lines = GridFunction { x: &x, y: &y, values: &values }.lines(1.5);
        assert_eq!(lines, [[(1.5, 0.0), (1.5, 1.0)]]);
        let unknown = [Some(0.0), Some(1.0), None, Some(0.0), Some(1.0), Some(2.0)];
        assert!(GridFunction { x: &x, y: &y, values: &unknown }.lines(1.5).is_empty());
        assert!(GridFunction { x: &x, y: &y, values: &values }.lines(7.0).is_empty());
    }

    #[test]
    fn steps_run_between_cells_and_never_through_one() {
        let (x, y) = ([1.0, 2.0, 3.0], [0.0, 1.0]);
        let (columns, rows) = ([(1.0, 1.5), (1.5, 2.5), (2.5, 3.0)], [(0.0, 0.5), (0.5, 1.0)]);
        let values = [Some(1.0), Some(1.0), Some(5.0), Some(1.0), Some(5.0), Some(5.0)];
        let lines = GridFunction { x: &x, y: &y, values: &values }.steps(3.0, &columns, &rows);
        assert_eq!(lines, [[(2.5, 0.0), (2.5, 0.5), (1.5, 0.5), (1.5, 1.0)]]);
        let unknown = [Some(1.0), None, Some(5.0), Some(1.0), None, Some(5.0)];
        assert!(GridFunction { x: &x, y: &y, values: &unknown }.steps(3.0, &columns, &rows).is_empty());
    }

    #[test]
    fn a_saddle_has_two_lines_that_do_not_cross() {
        let values = [Some(1.0), Some(-1.0), Some(-1.0), Some(1.5)];
        let lines = GridFunction { x: &[0.0, 1.0], y: &[0.0, 1.0], values: &values }.lines(0.0);
        assert_eq!(lines.len(), 2);
        // The middle is above the level, so that the high corners are joined and the lines cut off the low ones.
        assert!(
            lines
                .iter()
                .all(|line| line.len() == 2 && (line[0].0 - line[0].1).signum() == (line[1].0 - line[1].1).signum())
        );
    }
}

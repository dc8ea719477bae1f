//! Fewer points where a figure has more of them than pixels.

/// More points than this are thinned.
const ENOUGH: usize = 1500;
/// Columns that a thinned series is cut into.
const COLUMNS: usize = 700;

/// A line with at most a few points per column: the first, the extremes and the last, so that it looks the same.
pub(super) fn line(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= ENOUGH {
        return points.to_vec();
    }
    let mut kept = Vec::with_capacity(4 * COLUMNS);
    for column in points.chunks(points.len().div_ceil(COLUMNS)) {
        let extreme = |better: fn(f64, f64) -> bool| {
            (0..column.len()).fold(0, |best, index| if better(column[index].1, column[best].1) { index } else { best })
        };
        // No index leaves the column: chunks are never empty.
        let mut indices = [0, extreme(|a, b| a < b), extreme(|a, b| a > b), column.len() - 1];
        indices.sort_unstable();
        let mut last = None;
        for index in indices {
            if last != Some(index) {
                kept.push(column[index]);
            }
            last = Some(index);
        }
    }
    kept
}

/// An area (x, lower, upper) with one point per column, and its very ends. Columns keep the outermost values; on the sheet
/// larger y is lower, which the caller has already applied.
pub(super) fn area(points: &[(f64, f64, f64)]) -> Vec<(f64, f64, f64)> {
    if points.len() <= ENOUGH {
        return points.to_vec();
    }
    let mut kept: Vec<(f64, f64, f64)> = points.first().copied().into_iter().collect();
    for column in points.chunks(points.len().div_ceil(COLUMNS)) {
        let low = column.iter().map(|point| point.1).fold(f64::MIN, f64::max);
        let high = column.iter().map(|point| point.2).fold(f64::MAX, f64::min);
        kept.push((column[column.len() / 2].0, low, high));
    }
    kept.extend(points.last());
    kept
}

/// Every n-th index below `count`, the last one included, so that at most `most` + 1 are left.
pub(super) fn stride(count: usize, most: usize) -> Vec<usize> {
    let step = every(count, most);
    let mut indices: Vec<usize> = (0..count).step_by(step).collect();
    if count > 0 && indices.last() != Some(&(count - 1)) {
        // The last regular one would crowd the end.
        if indices.len() > 1 && indices.last().is_some_and(|last| 2 * (count - 1 - last) <= step) {
            indices.pop();
        }
        indices.push(count - 1);
    }
    indices
}

/// The round step (1, 2, 5, 10, …) by which `count` things become at most `most`.
pub(super) fn every(count: usize, most: usize) -> usize {
    let least = count.div_ceil(most.max(1)).max(1);
    let mut power = 1_usize;
    loop {
        for digit in [1, 2, 5] {
            if digit * power >= least {
                return digit * power;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_are_round_and_reach_the_end() {
        assert_eq!(stride(0, 40), Vec::<usize>::new());
        assert_eq!(stride(2, 40), [0, 1]);
        assert_eq!(every(10_001, 40), 500);
        let indices = stride(10_001, 40);
        assert_eq!((indices.len(), indices.last()), (21, Some(&10_000)));
        assert_eq!(stride(62, 31), (0..=60).step_by(2).take(30).chain([61]).collect::<Vec<_>>());
    }

    #[test]
    fn extremes_survive() {
        let points: Vec<(f64, f64)> =
            (0..100_000).map(|x| (f64::from(x), if x == 54_321 { 9.0 } else { 1.0 })).collect();
        let thinned = line(&points);
        assert!(thinned.len() < 3000);
        assert!(thinned.contains(&(54_321.0, 9.0)));
        assert_eq!((thinned.first(), thinned.last()), (points.first(), points.last()));
    }
}

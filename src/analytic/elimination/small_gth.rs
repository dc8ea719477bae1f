//! Absorbing chains of a handful of states, on the stack.

/// Expected steps to absorption from each state, by the elimination of [`super::skyline_gth`]: `rows` are the transition
/// probabilities between the states, `exits` those of absorption, and each row sums to 1 with its exit. Infinite where
/// absorption is not certain.
///
/// ```
/// use runaway::analytic::expected_times;
///
/// // Heads or tails until two heads in a row: from no head, and from one.
/// let times = expected_times([[0.5, 0.5], [0.5, 0.0]], [0.0, 0.5]);
/// assert_eq!(times, [6.0, 4.0]);
/// ```
#[must_use]
#[inline]
pub fn expected_times<const N: usize>(mut rows: [[f64; N]; N], mut exits: [f64; N]) -> [f64; N] {
    let mut times = [1.0; N];
    let mut pivots = [0.0; N];
    let mut trapped = [0.0; N];
    for k in (0..N).rev() {
        let row = rows[k];
        let mut pivot = exits[k] + trapped[k];
        for &p in &row[..k] {
            pivot += p;
        }
        pivots[k] = pivot;
        for i in 0..k {
            let into = rows[i][k];
            if pivot == 0.0 {
                trapped[i] += into;
                if into > 0.0 {
                    times[i] = f64::INFINITY;
                }
                continue;
            }
            let share = into / pivot;
            exits[i] += share * exits[k];
            trapped[i] += share * trapped[k];
            times[i] += if share > 0.0 { share * times[k] } else { 0.0 };
            for j in 0..k {
                rows[i][j] += share * row[j];
            }
        }
    }
    for k in 0..N {
        for j in 0..k {
            if rows[k][j] > 0.0 {
                times[k] += rows[k][j] * times[j];
            }
        }
        times[k] /= pivots[k];
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn small_chains_are_solved_like_large_ones() {
        let times = expected_times([[0.5, 0.25], [1.0 / 3.0, 0.0]], [0.25, 2.0 / 3.0]);
        assert_relative_eq!(times[0], 3.0, max_relative = 1e-15);
        assert_relative_eq!(times[1], 2.0, max_relative = 1e-15);
        let rare = expected_times([[1.0, 1e-40], [1.0, 0.0]], [0.0, 1e-30]);
        assert_relative_eq!(rare[0], 1e70, max_relative = 1e-14);
        assert_eq!(expected_times([[0.0, 0.5], [0.0, 1.0]], [0.5, 0.0])[0], f64::INFINITY);
    }
}

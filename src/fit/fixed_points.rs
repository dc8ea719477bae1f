//! Where the mean field of a fitted loop rests.

use super::learner::LoopModel;

/// Cells of [0, 1] searched for fixed points.
const CELLS: u32 = 200;

impl LoopModel {
    /// Fixed points of the mean field at a given slip rate: the floor, reached from below, and the tipping point above
    /// it, as shares of wrong beliefs.
    #[must_use]
    pub fn fixed_points(&self, slip: f64, steps: f64) -> (Option<f64>, Option<f64>) {
        let excess = |x: f64| self.at(x, slip, steps).next - x;
        let mut crossings = (0..CELLS).filter_map(|cell| {
            let (low, high) = (f64::from(cell) / f64::from(CELLS), f64::from(cell + 1) / f64::from(CELLS));
            ((excess(low) >= 0.0) != (excess(high) >= 0.0)).then(|| bisect(low, high, &excess))
        });
        (crossings.next(), crossings.next())
    }
}

fn bisect(mut low: f64, mut high: f64, excess: &impl Fn(f64) -> f64) -> f64 {
    let rising = excess(low) >= 0.0;
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if (excess(middle) >= 0.0) == rising { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

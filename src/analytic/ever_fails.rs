//! Whether a loop fails at all: P(T < ∞), and what is known of it where pools grow for ever.

use crate::scenario::Scenario;

use super::error::{SolveError, in_digits};

/// Shares at which the drift of a growing pool is looked at.
const GRID: u32 = 4_096;

/// P(T < ∞) and P(T = ∞).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fate {
    /// P(T < ∞), a sum of positive terms.
    pub ever: f64,
    /// P(T = ∞), a sum of positive terms.
    pub never: f64,
    /// Bound on the absolute error of either.
    pub error: f64,
}

impl Fate {
    /// Failure is a matter of time.
    pub const CERTAIN: Self = Self { ever: 1.0, never: 0.0, error: 0.0 };

    /// Of what has not failed yet, all but `open` is known never to fail.
    pub fn so_far(failed: f64, survival: f64, open: f64) -> Self {
        Self { ever: failed, never: survival, error: open.clamp(0.0, 1.0) }
    }

    /// From probabilities of both ends that are right to `relative`.
    pub fn of(ever: f64, never: f64, relative: f64) -> Self {
        // Both sum to 1, so that they share the error of the smaller.
        Self { ever, never, error: relative * ever.min(never) }
    }

    /// Whether the loop never fails with positive probability, which makes `E[T]` infinite.
    pub fn may_last(&self) -> bool {
        self.never > self.error
    }

    /// Whether P(T ≤ g) stays below `level` for ever.
    pub fn excludes(&self, level: f64) -> bool {
        self.ever + self.error < level
    }

    /// Why `E[T]` is no number.
    pub const fn infinite(&self) -> SolveError {
        if self.ever == 0.0 && self.error == 0.0 {
            return SolveError::NeverFails;
        }
        SolveError::MayNeverFail { never: self.never }
    }

    /// Why a quantile is no number.
    pub fn never(&self) -> String {
        if self.ever == 0.0 && self.error == 0.0 {
            return "never: failure cannot be reached".to_owned();
        }
        format!("never: the loop eventually fails with probability {} only", in_digits(&self.ever))
    }
}

/// Expected slips of all generations to come, where slips die out and the settled law leaves out the last of them: what
/// that adds to the error of P(T < ∞).
pub fn later_slips(scenario: &Scenario) -> f64 {
    let errors = &scenario.errors;
    let (gain, settled) = (errors.step_error_gain.get(), scenario.settles_at().unwrap_or(0));
    if settled == 0 || errors.step_error_floor.get() > 0.0 {
        return 0.0;
    }
    let slip = scenario.bins(0).iter().map(|bin| bin.step_error).fold(0.0, f64::max);
    let first = slip * (1.0 - gain).powf(settled as f64) / gain;
    let steps = scenario.examples.as_f64() * scenario.steps_at(0) as f64 * scenario.vote.candidates.as_f64();
    first * (1.0 + errors.amplification.get()) * steps
}

/// A pool to which N examples are added each generation, under a law that stays.
pub struct GrowingPool<'a> {
    /// N.
    pub draws: f64,
    /// The pool holds N(g + 1) beliefs.
    pub generation: f64,
    /// The share of wrong beliefs from which on the loop has failed; above 1 if it never does.
    pub failing: f64,
    /// Share of wrong ones among new examples, by that of the pool.
    pub law: &'a dyn Fn(f64) -> Option<f64>,
}

impl GrowingPool<'_> {
    /// The fate of loops that have not failed, by their share of wrong beliefs and probability (`surviving`).
    ///
    /// The share x moves by (B/N − x)/(g + 2), where B has mean N q(x): an urn, which comes to rest only where q(x) = x. If
    /// q(x) > x up to failure it fails in the end. Where q(x) ≤ x over an interval (low, high), x is a supermartingale
    /// there, and the inequality of Azuma and Hoeffding, with Σ_{j≥g} 1/(4N(j + 2)²) ≤ 1/(4N(g + 1)), bounds the
    /// probability of crossing it by exp(−2N(g + 1)(high − x)²); later crossings begin at low and sum up geometrically.
    pub fn fate(&self, surviving: &[(f64, f64)], failed: f64) -> Fate {
        let survival: f64 = surviving.iter().fold(0.0, |sum, (_, weight)| sum + weight);
        if self.failing > 1.0 {
            return Fate::so_far(failed, survival, 0.0);
        }
        let Some((low, high)) = self.falling() else { return Fate::CERTAIN };
        let (first, rate) = (low + 1.0 / (self.generation + 2.0), 2.0 * self.draws);
        let width = high - first;
        if width <= 0.0 {
            return Fate::so_far(failed, survival, survival);
        }
        let crosses = |distance: f64| (-rate * (self.generation + 1.0) * distance * distance).exp();
        let later = crosses(width) / -(-rate * width * width).exp_m1();
        let own = |x: f64| if x >= high { 1.0 } else { crosses(high - x.max(first)) };
        let open = surviving.iter().fold(0.0, |sum, &(x, weight)| sum + weight * (own(x) + later).min(1.0));
        Fate::so_far(failed, survival, open)
    }

    /// The highest interval below failure over which q(x) ≤ x.
    fn falling(&self) -> Option<(f64, f64)> {
        let at = |step: u32| self.failing * f64::from(step) / f64::from(GRID);
        let falls = |&step: &u32| (self.law)(at(step)).is_some_and(|q| q <= at(step));
        let high = (1..GRID).rev().find(falls)?;
        let low = (0..high).rev().find(|step| !falls(step)).map_or(0, |step| step + 1);
        Some((at(low), at(high)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An urn with q(x) = 0.8 x + 0.05: at rest at 0.25.
    #[test]
    fn crossings_are_bounded() {
        let law = |x: f64| Some(0.8 * x + 0.05);
        let pool = |generation, failing| GrowingPool { draws: 50.0, generation, failing, law: &law };
        let far = pool(100.0, 0.6).fate(&[(0.2, 0.7)], 0.3);
        assert!((far.ever, far.never) == (0.3, 0.7) && far.error < 1e-100, "{far:?}");
        let near = pool(100.0, 0.6).fate(&[(0.599, 0.7)], 0.3);
        assert!(near.error > 0.5 && near.error <= 0.7, "{near:?}");
        // Below the point of rest the share can only rise.
        assert_eq!(pool(100.0, 0.2).fate(&[(0.1, 0.7)], 0.3), Fate::CERTAIN);
        assert_eq!(pool(100.0, 1.1).fate(&[(0.1, 0.7)], 0.3).error, 0.0);
    }
}

//! Loops that change as they run: curriculum, improvement and erosion (model.md, section 6a).

use crate::quantity::Count;

use super::Scenario;

impl Scenario {
    /// L_g, steps of the longest solutions at `generation`.
    #[must_use]
    pub fn steps_at(&self, generation: u64) -> u64 {
        self.bins(generation).iter().map(|bin| bin.steps).max().unwrap_or(1)
    }

    /// L_g of solutions that have `steps` steps at generation 0.
    pub(super) fn grown(&self, steps: u64, generation: u64) -> u64 {
        let grown = generation.saturating_mul(u64::from(self.task.steps_per_generation));
        steps.saturating_add(grown).min(Count::MAX)
    }

    /// ε_g of a flawless model that slips with probability `start` at generation 0. Once improvement has settled it is the
    /// floor itself: slips that die out to a floor of 0 then leave a law with its true zeros.
    pub(super) fn slip(&self, start: f64, generation: u64) -> f64 {
        let (improved, erosion) = (self.improved(start, generation), self.errors.erosion.get());
        if erosion == 0.0 {
            return improved;
        }
        // Odds of i_g times exp(δ g), in one exponent where i_g alone would leave the range of doubles.
        let (g, gain) = (generation as f64, self.errors.step_error_gain.get());
        let dies_out = self.errors.step_error_floor.get() == 0.0 && generation > 0;
        let worn =
            if dies_out { start * (g * ((-gain).ln_1p() + erosion)).exp() } else { improved * (erosion * g).exp() };
        let odds = worn / (1.0 - improved);
        if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
    }

    /// Derivatives of that slip probability along the one at generation 0, the floor, the gain and the erosion, in this order.
    #[must_use]
    pub fn slip_slopes(&self, start: f64, generation: u64) -> [f64; 4] {
        let (floor, gain, erosion) =
            (self.errors.step_error_floor.get(), self.errors.step_error_gain.get(), self.errors.erosion.get());
        let g = generation as f64;
        // ln((1 − gain)^g) and ln((1 − gain)^(g − 1)); 0 times the logarithm of 0 is no number.
        let power = |of: f64| if of <= 0.0 { 0.0 } else { of * (-gain).ln_1p() };
        let improved = [power(g).exp(), -power(g).exp_m1(), -(start - floor) * g * power(g - 1.0).exp()];
        // ε = i w / (1 − i + i w) with w = exp(δ g), so that dε/di = w / (1 − i + i w)², and dε/dδ = g ε (1 − ε).
        let (slip, i) = (self.slip(start, generation), self.improved(start, generation));
        let weight = (erosion * g).exp();
        let worn = if weight.is_finite() { weight / (1.0 - i + i * weight).powi(2) } else { 0.0 };
        [worn * improved[0], worn * improved[1], worn * improved[2], g * slip * (1.0 - slip)]
    }

    /// i_g: slips of a model that only improves.
    fn improved(&self, start: f64, generation: u64) -> f64 {
        let floor = self.errors.step_error_floor.get();
        let settled = self.improved_at();
        // Erosion works on the rest of slips that die out, however small.
        let rests = self.errors.erosion.get() == 0.0 || floor > 0.0;
        if settled > 0 && generation >= settled && rests {
            return floor;
        }
        // ln((1 − gain)^g); 0 times the logarithm of 0 is no number.
        let ln_kept =
            if generation == 0 { 0.0 } else { generation as f64 * (-self.errors.step_error_gain.get()).ln_1p() };
        (start * ln_kept.exp() - floor * ln_kept.exp_m1()).clamp(0.0, 1.0)
    }

    /// Roundings in [`Self::slip`]: a power has some for each unit of its logarithm.
    pub(super) fn slip_roundings(&self, generation: u64) -> f64 {
        if generation == 0 {
            return 0.0;
        }
        let (gain, erosion) = (self.errors.step_error_gain.get(), self.errors.erosion.get());
        // Past a logarithm of 800 the power is 0.
        let improved = 16.0 + 4.0 * (-(generation as f64) * (-gain).ln_1p()).min(800.0);
        if erosion == 0.0 { improved } else { improved + 16.0 + 4.0 * (erosion * generation as f64).min(800.0) }
    }

    /// The generation from which the law of one generation no longer changes, to double precision: 0 for a loop without
    /// schedules, `None` while the curriculum grows or ability wears off.
    #[must_use]
    pub fn settles_at(&self) -> Option<u64> {
        let settled = self.improved_at();
        let stays = |start: f64| self.sound_from(start, settled) || self.improved(start, settled) == 1.0;
        let wears = self.errors.erosion.get() > 0.0 && !self.first_slips().all(stays);
        if self.task.steps_per_generation > 0 || wears { None } else { Some(settled) }
    }

    /// Whether no step slips at `generation` nor at any later one.
    #[must_use]
    pub fn never_slips_from(&self, generation: u64) -> bool {
        self.first_slips().all(|start| self.sound_from(start, generation))
    }

    /// Whether steps that slip with probability `start` at generation 0 never slip from `generation` on.
    fn sound_from(&self, start: f64, generation: u64) -> bool {
        let stays = self.errors.step_error_floor.get() == 0.0 || self.errors.step_error_gain.get() == 0.0;
        // Where ability wears off, slips that have all but died out come back.
        let dead = self.errors.erosion.get() == 0.0
            || start == 0.0
            || (self.errors.step_error_gain.get() == 1.0 && generation > 0);
        stays && dead && self.improved(start, generation) == 0.0
    }

    /// The generation from which improvement no longer changes the slips, to double precision.
    fn improved_at(&self) -> u64 {
        let floor = self.errors.step_error_floor.get();
        let moves = self.first_slips().any(|start| start != floor);
        let gain = self.errors.step_error_gain.get();
        if gain == 0.0 || !moves {
            0
        } else if gain == 1.0 {
            1
        } else {
            // (1 − gain)^g < 2^-60, relative to the larger of the two ends, is below the rounding of either.
            (-60.0 * std::f64::consts::LN_2 / (-gain).ln_1p()).ceil() as u64
        }
    }
}

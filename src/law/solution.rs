//! One solution: a Markov chain over its steps (model.md, section 2).

/// Outcome probabilities of one solution; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solution {
    /// s, right answer by right steps.
    pub sound: f64,
    /// b, right answer by at least one wrong step.
    pub unsound: f64,
    /// o, wrong answer.
    pub wrong: f64,
}

/// Walks `steps` steps with slip probability `slip` and recovery probability `recovery` per step.
///
/// Every number keeps its relative accuracy: `wrong` is never formed as 1 − (something near 1), nor `unsound` as a
/// difference of the two others.
#[must_use]
pub fn solve(steps: u64, slip: f64, recovery: f64) -> Solution {
    if recovery == 0.0 {
        let ln_sound = steps as f64 * (-slip).ln_1p();
        return Solution { sound: ln_sound.exp(), unsound: 0.0, wrong: -ln_sound.exp_m1() };
    }
    let mut walked = Steps::NONE;
    let mut stride = Steps::one(slip, recovery);
    let mut left = steps;
    while left > 0 {
        if left & 1 == 1 {
            walked = walked.then(stride);
        }
        stride = stride.then(stride);
        left >>= 1;
    }
    Solution { sound: walked.on_on(), unsound: walked.on_back, wrong: walked.on_off }
}

/// Transition probabilities of the states on, back and off over a number of steps. Sums of products of positive numbers
/// only, so that even a recovery of 1e-12 leaves `unsound` with all its digits.
#[derive(Clone, Copy)]
struct Steps {
    /// ln P(on → on): the powers of a number near 1 keep their digits in its logarithm only.
    ln_on_on: f64,
    on_back: f64,
    on_off: f64,
    back_back: f64,
    back_off: f64,
    off_back: f64,
    off_off: f64,
}

impl Steps {
    const NONE: Self =
        Self { ln_on_on: 0.0, on_back: 0.0, on_off: 0.0, back_back: 1.0, back_off: 0.0, off_back: 0.0, off_off: 1.0 };

    fn one(slip: f64, recovery: f64) -> Self {
        Self {
            ln_on_on: (-slip).ln_1p(),
            on_back: 0.0,
            on_off: slip,
            back_back: 1.0 - slip,
            back_off: slip,
            off_back: recovery,
            off_off: 1.0 - recovery,
        }
    }

    fn on_on(self) -> f64 {
        self.ln_on_on.exp()
    }

    fn then(self, next: Self) -> Self {
        Self {
            ln_on_on: self.ln_on_on + next.ln_on_on,
            on_back: self.on_on() * next.on_back + self.on_back * next.back_back + self.on_off * next.off_back,
            on_off: self.on_on() * next.on_off + self.on_back * next.back_off + self.on_off * next.off_off,
            back_back: self.back_back * next.back_back + self.back_off * next.off_back,
            back_off: self.back_back * next.back_off + self.back_off * next.off_off,
            off_back: self.off_back * next.back_back + self.off_off * next.off_back,
            off_off: self.off_back * next.back_off + self.off_off * next.off_off,
        }
        .balanced()
    }

    /// Makes each row sum to 1 by its largest entry, which loses no digits by it. Left alone, the rounding of 1 − slip
    /// would be raised to the power of the number of steps: at 4e10 steps it took ten digits.
    fn balanced(self) -> Self {
        let on_on = self.on_on();
        let (on_back, on_off) = match (self.on_back, self.on_off) {
            (back, off) if back > off && back > on_on => (1.0 - on_on - off, off),
            (back, off) if off > on_on => (back, 1.0 - on_on - back),
            kept => kept,
        };
        let (back_back, back_off) = complementary(self.back_back, self.back_off);
        let (off_back, off_off) = complementary(self.off_back, self.off_off);
        Self { on_back, on_off, back_back, back_off, off_back, off_off, ..self }
    }
}

/// The smaller of two and its complement to 1, in place.
fn complementary(first: f64, second: f64) -> (f64, f64) {
    if first < second { (first, 1.0 - first) } else { (1.0 - second, second) }
}

/// φ: the probability that a solution that repeats a wrong step still reaches the right answer, if the step is equally
/// likely at each of the `steps` places and `recovery` may act on each later one (model.md, section 3).
#[must_use]
pub fn luck(steps: u64, recovery: f64) -> f64 {
    if recovery == 0.0 {
        return 0.0;
    }
    let length = steps as f64;
    let reach = recovery * length;
    if reach < 1e-3 {
        // Series of 1 − (1 − (1−r)^L)/(rL) in r, since the closed form loses its digits to cancellation here.
        let second = (length - 1.0) / 2.0 * recovery;
        let third = second * (length - 2.0) / 3.0 * recovery;
        let fourth = third * (length - 3.0) / 4.0 * recovery;
        let fifth = fourth * (length - 4.0) / 5.0 * recovery;
        return second - third + fourth - fifth;
    }
    1.0 + (length * (-recovery).ln_1p()).exp_m1() / reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// The recursion of model.md, step by step.
    fn stepwise(steps: u64, slip: f64, recovery: f64) -> (f64, f64, f64) {
        (0..steps).fold((1.0, 0.0, 0.0), |(on, back, off), _| {
            (on * (1.0 - slip), back * (1.0 - slip) + off * recovery, (on + back) * slip + off * (1.0 - recovery))
        })
    }

    #[test]
    fn agrees_with_the_recursion() {
        for (steps, slip, recovery) in
            [(1, 0.3, 0.2), (20, 0.002, 0.05), (37, 0.4, 1.0), (200, 1e-9, 1e-12), (8, 1.0, 0.5)]
        {
            let solution = solve(steps, slip, recovery);
            let (on, back, off) = stepwise(steps, slip, recovery);
            assert_relative_eq!(solution.sound, on, max_relative = 1e-13);
            assert_relative_eq!(solution.unsound, back, max_relative = 1e-13);
            assert_relative_eq!(solution.wrong, off, max_relative = 1e-13);
        }
    }

    /// The chain of two states, right and off, in closed form.
    #[test]
    fn keeps_its_digits_over_any_number_of_steps() {
        for (steps, slip, recovery) in [
            (50_000_000_000, 6.494_827_354_910_245e-16, 4.302_017_369_711_609e-15),
            (1_000_000_000_000, 1e-13, 1e-12),
            (1_000_000_000_000, 0.01, 0.3),
            (1_000_000, 1e-3, 1e-9),
            (999_999_999_999, 0.7, 1e-12),
        ] {
            let solution = solve(steps, slip, recovery);
            let ln_kept = steps as f64 * (-(slip + recovery)).ln_1p();
            let right = (recovery + slip * ln_kept.exp()) / (slip + recovery);
            assert_relative_eq!(solution.wrong, slip / (slip + recovery) * -ln_kept.exp_m1(), max_relative = 1e-12);
            assert_relative_eq!(solution.sound + solution.unsound, right, max_relative = 1e-12);
            assert_relative_eq!(solution.sound + solution.unsound + solution.wrong, 1.0, max_relative = 1e-14);
        }
    }

    #[test]
    fn without_recovery_nothing_is_unsound() {
        let solution = solve(20, 0.002, 0.0);
        assert_relative_eq!(solution.wrong, 1.0 - 0.998_f64.powi(20), max_relative = 1e-13);
        assert_eq!(solution.unsound, 0.0);
        assert_eq!(solve(20, 1.0, 0.0).sound, 0.0);
    }

    #[test]
    fn luck_is_smooth_across_its_two_forms() {
        assert_eq!(luck(20, 0.0), 0.0);
        assert_eq!(luck(1, 0.3), 0.0);
        assert_relative_eq!(luck(10, 0.2), 1.0 - (1.0 - 0.8_f64.powi(10)) / 2.0, max_relative = 1e-14);
        assert_relative_eq!(luck(10, 0.999e-4), luck(10, 1.001e-4) * 0.999 / 1.001, max_relative = 1e-6);
        let (series, closed) = (luck(10, 0.99999e-4), 1.0 + (10.0 * (-0.99999e-4_f64).ln_1p()).exp_m1() / 0.99999e-3);
        assert_relative_eq!(series, closed, max_relative = 1e-11);
    }
}

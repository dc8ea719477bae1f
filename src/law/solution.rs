//! One solution: a Markov chain over its steps (model.md, section 2).

use super::scalar::{Over, Scalar};

/// Outcome probabilities of one solution; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolutionWalk<S = f64> {
    /// s, right answer by right steps.
    pub sound: S,
    /// b, right answer by at least one wrong step.
    pub unsound: S,
    /// o, wrong answer.
    pub wrong: S,
}

/// Walks `steps` steps with slip probability `slip` and recovery probability `recovery` per step.
///
/// Every number keeps its relative accuracy: `wrong` is never formed as 1 − (something near 1), nor `unsound` as a
/// difference of the two others.
#[must_use]
pub fn solve<P: Scalar, S: Over<P>>(steps: u64, slip: S, recovery: P) -> SolutionWalk<S> {
    if recovery.vanishes() {
        let ln_sound = |slip: f64| steps as f64 * (-slip).ln_1p();
        return SolutionWalk {
            sound: slip.map(|slip| ln_sound(slip).exp(), |slip| -hazard(steps, slip), |slip| hazard_fall(steps, slip)),
            unsound: S::default(),
            wrong: slip.map(
                |slip| -ln_sound(slip).exp_m1(),
                |slip| hazard(steps, slip),
                |slip| -hazard_fall(steps, slip),
            ),
        };
    }
    let mut walked = Steps::none(slip);
    let mut stride = Steps::one(slip, recovery);
    let mut left = steps;
    while left > 0 {
        if left & 1 == 1 {
            walked = walked.then(stride);
        }
        stride = stride.then(stride);
        left >>= 1;
    }
    SolutionWalk { sound: walked.on_on(), unsound: walked.on_back, wrong: walked.on_off }
}

/// L (1 − e)^(L−1), what one more slip probability per step takes from the sound solutions of L `steps`.
fn hazard(steps: u64, slip: f64) -> f64 {
    match steps {
        // 0 times the logarithm of 0 is no number where every step slips.
        0 | 1 => steps as f64,
        _ => steps as f64 * ((steps - 1) as f64 * (-slip).ln_1p()).exp(),
    }
}

/// L (L − 1) (1 − e)^(L−2), by how much that falls with the slip probability.
fn hazard_fall(steps: u64, slip: f64) -> f64 {
    if steps < 2 { 0.0 } else { steps as f64 * hazard(steps - 1, slip) }
}

/// Transition probabilities of the states on, back and off over a number of steps. Sums of products of positive numbers
/// only, so that even a recovery of 1e-12 leaves `unsound` with all its digits.
#[derive(Clone, Copy)]
struct Steps<S> {
    slip: S,
    length: u64,
    /// ln P(on → on): the powers of a number near 1 keep their digits in its logarithm only.
    ln_on_on: f64,
    on_back: S,
    on_off: S,
    back_back: S,
    back_off: S,
    off_back: S,
    off_off: S,
}

impl<S: Scalar> Steps<S> {
    fn none(slip: S) -> Self {
        let (never, always) = (S::default(), S::from(1.0));
        Self {
            slip,
            length: 0,
            ln_on_on: 0.0,
            on_back: never,
            on_off: never,
            back_back: always,
            back_off: never,
            off_back: never,
            off_off: always,
        }
    }

    fn one<P: Scalar>(slip: S, recovery: P) -> Self
    where
        S: Over<P>,
    {
        Self {
            slip,
            length: 1,
            ln_on_on: (-slip.value()).ln_1p(),
            on_back: S::default(),
            on_off: slip,
            back_back: slip.complement(),
            back_off: slip,
            off_back: recovery.into(),
            off_off: recovery.complement().into(),
        }
    }

    fn on_on(self) -> S {
        let length = self.length;
        self.slip.map(|_| self.ln_on_on.exp(), |slip| -hazard(length, slip), |slip| hazard_fall(length, slip))
    }

    fn then(self, next: Self) -> Self {
        Self {
            // The last stride of a walk is doubled for nothing, and may be longer than any number.
            length: self.length.saturating_add(next.length),
            ln_on_on: self.ln_on_on + next.ln_on_on,
            on_back: self.on_on() * next.on_back + self.on_back * next.back_back + self.on_off * next.off_back,
            on_off: self.on_on() * next.on_off + self.on_back * next.back_off + self.on_off * next.off_off,
            back_back: self.back_back * next.back_back + self.back_off * next.off_back,
            back_off: self.back_back * next.back_off + self.back_off * next.off_off,
            off_back: self.off_back * next.back_back + self.off_off * next.off_back,
            off_off: self.off_back * next.back_off + self.off_off * next.off_off,
            ..self
        }
        .balanced()
    }

    /// Makes each row sum to 1 by its largest entry, which loses no digits by it. Left alone, the rounding of 1 − slip
    /// would be raised to the power of the number of steps: at 4e10 steps it took ten digits.
    fn balanced(self) -> Self {
        let on_on = self.on_on();
        let (back, off) = (self.on_back.value(), self.on_off.value());
        let (on_back, on_off) = if back > off && back > on_on.value() {
            (on_on.complement() - self.on_off, self.on_off)
        } else if off > on_on.value() {
            (self.on_back, on_on.complement() - self.on_back)
        } else {
            (self.on_back, self.on_off)
        };
        let (back_back, back_off) = complementary(self.back_back, self.back_off);
        let (off_back, off_off) = complementary(self.off_back, self.off_off);
        Self { on_back, on_off, back_back, back_off, off_back, off_off, ..self }
    }
}

/// The smaller of two and its complement to 1, in place.
fn complementary<S: Scalar>(first: S, second: S) -> (S, S) {
    if first.value() < second.value() { (first, first.complement()) } else { (second.complement(), second) }
}

/// φ: the probability that a solution that repeats a wrong step still reaches the right answer, if the step is equally
/// likely at each of the `steps` places and `recovery` may act on each later one (model.md, section 3).
#[must_use]
pub fn luck<P: Scalar>(steps: u64, recovery: P) -> P {
    if recovery.vanishes() {
        return P::default();
    }
    let order = |order| move |recovery| luck_derivative(steps, recovery, order);
    recovery.map(order(0), order(1), order(2))
}

/// Derivative of φ of this order, up to 2.
fn luck_derivative(steps: u64, recovery: f64, order: u32) -> f64 {
    let length = steps as f64;
    let reach = recovery * length;
    if reach < 0.5 {
        return luck_series(length, recovery, order);
    }
    // u = 1 − (1 − r)^L over r L, and its derivatives.
    // (1 − r)^(L − down); 0 times the logarithm of 0 is no number.
    let power = |down: f64| match length - down {
        left if left > 0.0 => (left * (-recovery).ln_1p()).exp(),
        left => f64::from(u8::from(left == 0.0)),
    };
    let lost = -(length * (-recovery).ln_1p()).exp_m1();
    match order {
        0 => 1.0 - lost / reach,
        1 => (lost / recovery - length * power(1.0)) / reach,
        _ => {
            let (first, second) = (length * power(1.0), -length * (length - 1.0) * power(2.0));
            (2.0 * first / recovery - second - 2.0 * lost / (recovery * recovery)) / reach
        }
    }
}

/// The same where a solution meets less than half a recovery, where the closed form loses its digits to cancellation:
/// Σ_k≥2 (−1)^k C(L, k) r^(k−1) / L, term by term, whose terms fall faster than by half.
fn luck_series(length: f64, recovery: f64, order: u32) -> f64 {
    let (mut term, mut sum) = ((length - 1.0) / 2.0 * if order == 0 { recovery } else { 1.0 }, 0.0);
    // The second derivative begins with the term of r².
    if order == 2 {
        term *= -(length - 2.0) / 3.0;
    }
    for k in (if order == 2 { 4_u32 } else { 3 }).. {
        // r^(k−2) is r^(k−2−order), times what differentiating brings down.
        let power = f64::from(k - 2);
        let brought = [1.0, power, power * (power - 1.0)][order.min(2) as usize];
        let next = sum + term * brought;
        if next == sum {
            break;
        }
        sum = next;
        term *= -(length - f64::from(k - 1)) / f64::from(k) * recovery;
    }
    sum
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

//! The loop in the limit of many examples: the mean field with a first correction, and a band of Gaussian noise around it.
//!
//! Linear-noise approximation: the composition is taken as Gaussian, its covariance taken on by the Jacobian J of q and fed by
//! the drawing of N examples, Σ′ = JΣJᵀ + (diag q − qqᵀ)/N; the mean moves to q + ½ tr(HΣ) with the curvature H of q. The mean
//! is then right to O(1/N²) where the mean field is right to O(1/N), and the standard deviation is right to O(1/N) of itself.
//! Survival conditions the Gaussian on err < θ at each generation and keeps its first two moments, an approximation
//! without a stated order: it is good where failure is a crossing by the bulk, and too rough for rare failures, which
//! depend on tails that are not Gaussian.
//!
//! Measured against the exact law on a one-dimensional avalanche (tests/suite/noise.rs), largest error over all generations:
//!
//! | examples | mean field | corrected mean | sd, relative | survival |
//! |---|---|---|---|---|
//! | 100 | 3.6e-2 | 3.0e-3 | 7.6e-2 | 4.1e-2 |
//! | 1,000 | 3.6e-3 | 2.7e-5 | 7.8e-3 | 5.8e-3 |
//! | 10,000 | 3.6e-4 | 2.7e-7 | 7.7e-4 | 5.7e-4 |
//!
//! Source: N. G. van Kampen, Stochastic Processes in Physics and Chemistry, ch. X.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use crate::analytic::tolerances::ROOM;
use crate::law::{Composition, Direction, Dual, Law};
use crate::scenario::{Policy, Scenario};

use super::reproduction::next_generation_matrix;

/// 95 % quantile of the standard normal law.
const Z95: f64 = 1.644_853_626_951_472_2;

/// Approximate curves by generation, 0..=horizon. Error and composition are unconditional, as in [`Curves`](crate::analytic::Curves).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NoiseApproximation {
    /// The word that must stand beside every number here.
    pub label: Cow<'static, str>,
    /// 0, 1, …, horizon.
    pub generations: Vec<u64>,
    /// E[err(x_g)].
    pub expected_error: Vec<f64>,
    /// Standard deviation of err(x_g).
    pub sd_error: Vec<f64>,
    /// 5 % quantile of err(x_g).
    pub error_q05: Vec<f64>,
    /// 95 % quantile of err(x_g).
    pub error_q95: Vec<f64>,
    /// S(g) = P(T > g).
    pub survival: Vec<f64>,
    /// `E[x_U]`.
    pub mean_unsound: Vec<f64>,
    /// `E[x_W]`.
    pub mean_wrong: Vec<f64>,
    /// Covariance of (x_U, x_W), row by row.
    pub covariance: Vec<[[f64; 2]; 2]>,
}

/// Approximates a loop of any size.
#[must_use]
pub fn approximate(scenario: &Scenario) -> NoiseApproximation {
    let horizon = scenario.horizon.get();
    let mut result = NoiseApproximation::empty(horizon as usize + 1);
    let start = Gaussian::start(scenario);
    let (mut all, mut surviving, mut survival) = (start, Some(start), 1.0);
    for g in 0..=horizon {
        let generation = Generation::new(scenario, g);
        if let Some(law) = surviving {
            let (share, lasting) = generation.lasting(&law);
            survival *= share;
            surviving = lasting;
        } else {
            survival = 0.0;
        }
        result.record(g, &generation, &all, survival);
        all = generation.next(&all);
        surviving = surviving.map(|law| generation.next(&law));
    }
    result
}

impl NoiseApproximation {
    fn empty(len: usize) -> Self {
        let room = || Vec::with_capacity(len);
        Self {
            label: "approximate".into(),
            generations: Vec::with_capacity(len),
            expected_error: room(),
            sd_error: room(),
            error_q05: room(),
            error_q95: room(),
            survival: room(),
            mean_unsound: room(),
            mean_wrong: room(),
            covariance: Vec::with_capacity(len),
        }
    }

    fn record(&mut self, g: u64, generation: &Generation, law: &Gaussian, survival: f64) {
        let (mean, sd) = generation.error(law);
        self.generations.push(g);
        self.expected_error.push(mean.clamp(0.0, 1.0));
        self.sd_error.push(sd);
        self.error_q05.push((mean - Z95 * sd).clamp(0.0, 1.0));
        self.error_q95.push((mean + Z95 * sd).clamp(0.0, 1.0));
        self.survival.push(survival);
        self.mean_unsound.push(law.mean[0]);
        self.mean_wrong.push(law.mean[1]);
        self.covariance.push(law.covariance);
    }
}

type Vector = [f64; 2];
type Matrix = [[f64; 2]; 2];

/// A Gaussian law of (x_U, x_W).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gaussian {
    mean: Vector,
    covariance: Matrix,
}

impl Gaussian {
    /// Generation 0: one composition, or the law of one that is drawn.
    fn start(scenario: &Scenario) -> Self {
        let x = Composition::start(scenario);
        let mean = [x.unsound, x.wrong];
        let draws = scenario.examples.as_f64();
        let covariance =
            if scenario.start.draw { drawing(mean).map(|row| row.map(|c| c / draws)) } else { [[0.0; 2]; 2] };
        Self { mean, covariance }
    }

    /// Variance of `direction` · x.
    fn variance(&self, direction: Vector) -> f64 {
        dot(direction, times(&self.covariance, direction)).max(0.0)
    }

    /// Vectors l₁, l₂ with Σ = l₁l₁ᵀ + l₂l₂ᵀ.
    fn spread(&self) -> [Vector; 2] {
        let [[uu, uw], [_, ww]] = self.covariance;
        if uu <= 0.0 {
            return [[0.0, ww.max(0.0).sqrt()], [0.0; 2]];
        }
        let first = [uu.sqrt(), uw / uu.sqrt()];
        [first, [0.0, (ww - first[1] * first[1]).max(0.0).sqrt()]]
    }

    /// ½ tr(HΣ) of a function, from its values along the spread; 0 in a direction in which there is no room.
    fn curvature(&self, f: impl Fn(Vector) -> Option<f64>) -> f64 {
        let half = |direction: Vector| {
            let step = room(self.mean, direction).min(1.0);
            if step < ROOM {
                return None;
            }
            let shifted = |by: f64| f([self.mean[0] + by * direction[0], self.mean[1] + by * direction[1]]);
            Some((shifted(step)? - 2.0 * shifted(0.0)? + shifted(-step)?) / (2.0 * step * step))
        };
        self.spread().into_iter().filter(|&l| l != [0.0; 2]).filter_map(half).sum()
    }
}

/// How many times ±`direction` fits between `x` and the edges of the simplex.
fn room(x: Vector, direction: Vector) -> f64 {
    let edge = |left: f64, change: f64| if change == 0.0 { f64::INFINITY } else { left.max(0.0) / change.abs() };
    edge(x[0], direction[0]).min(edge(x[1], direction[1])).min(edge(1.0 - x[0] - x[1], direction[0] + direction[1]))
}

/// The law of one generation, with its derivatives.
struct Generation {
    law: Law,
    threshold: f64,
    examples: f64,
    /// Share of its distance to the next draw that the composition moves: 1, or 1/(g + 2) of an accumulating pool.
    gain: f64,
}

impl Generation {
    fn new(scenario: &Scenario, g: u64) -> Self {
        let gain = match scenario.learning.policy {
            Policy::Replace => 1.0,
            Policy::Accumulate => 1.0 / (g as f64 + 2.0),
        };
        Self {
            law: Law::new(scenario, g),
            threshold: scenario.failure.error_rate.get(),
            examples: scenario.examples.as_f64(),
            gain,
        }
    }

    fn q(&self, x: Vector) -> Option<Vector> {
        self.law.at(composition(x)).next.map(|q| [q.unsound, q.wrong])
    }

    fn error_rate(&self, x: Vector) -> f64 {
        self.law.error_rate(composition(x))
    }

    /// Derivatives of err by (x_U, x_W).
    fn error_gradient(&self, x: Vector) -> Vector {
        let x = composition(x);
        Direction::ALL.map(|direction| self.law.error_rate::<Dual>(x.towards(direction)).slope)
    }

    /// Mean and standard deviation of err.
    fn error(&self, law: &Gaussian) -> (f64, f64) {
        let mean = self.error_rate(law.mean) + law.curvature(|x| Some(self.error_rate(x)));
        (mean, law.variance(self.error_gradient(law.mean)).sqrt())
    }

    /// The law of the next generation's composition; a starved loop stays where it is.
    fn next(&self, law: &Gaussian) -> Gaussian {
        let Some(q) = self.q(law.mean) else { return *law };
        let Some(jacobian) = next_generation_matrix(&self.law, composition(law.mean)) else { return *law };
        // Steeper than any double where next to nothing is accepted: the spread is then the drawing's alone.
        let jacobian = jacobian.map(|slope| if slope.is_finite() { slope } else { 0.0 });
        let curved = [0, 1].map(|i| law.curvature(|x| self.q(x).map(|q| q[i])));
        // What x becomes is (1 − gain) x + gain · draw.
        let gain = self.gain;
        let jacobian_of_step =
            [0, 1].map(|i| [0, 1].map(|j| gain * jacobian[(i, j)] + if i == j { 1.0 - gain } else { 0.0 }));
        let mean = [0, 1].map(|i| (1.0 - gain) * law.mean[i] + gain * (q[i] + curved[i]));
        let drawn = drawing(q);
        let kept =
            [0, 1].map(|i| [0, 1].map(|j| dot(jacobian_of_step[i], times(&law.covariance, jacobian_of_step[j]))));
        let covariance = [0, 1].map(|i| [0, 1].map(|j| kept[i][j] + gain * gain * drawn[i][j] / self.examples));
        Gaussian { mean: inside(mean), covariance }
    }

    /// P(err < θ), and the Gaussian with the first two moments of the law given that; `None` if nothing is left.
    fn lasting(&self, law: &Gaussian) -> (f64, Option<Gaussian>) {
        if self.q(law.mean).is_none() {
            return (0.0, None);
        }
        let direction = self.error_gradient(law.mean);
        let sd = law.variance(direction).sqrt();
        let distance = self.threshold - self.error(law).0;
        let (Ok(normal), true) = (Normal::new(0.0, 1.0), sd > 0.0) else {
            return if distance > 0.0 { (1.0, Some(*law)) } else { (0.0, None) };
        };
        let reach = distance / sd;
        let share = normal.cdf(reach);
        if share < f64::MIN_POSITIVE {
            return (0.0, None);
        }
        // A standard normal number cut off above `reach` has mean −m and variance 1 − m (reach + m).
        let m = normal.pdf(reach) / share;
        let lost = (m * (reach + m)).clamp(0.0, 1.0);
        let slope = times(&law.covariance, direction).map(|s| s / sd);
        let mean = [0, 1].map(|i| law.mean[i] - slope[i] * m);
        let covariance = [0, 1].map(|i| [0, 1].map(|j| law.covariance[i][j] - lost * slope[i] * slope[j]));
        (share, Some(Gaussian { mean: inside(mean), covariance }))
    }
}

fn composition(x: Vector) -> Composition {
    let [unsound, wrong] = inside(x);
    Composition { unsound, wrong }
}

/// The nearest point of the simplex along the line of the larger share; corrections may step a hair outside.
fn inside([unsound, wrong]: Vector) -> Vector {
    let wrong = wrong.clamp(0.0, 1.0);
    [unsound.clamp(0.0, 1.0 - wrong), wrong]
}

/// Covariance of one draw with these probabilities of unsound and wrong.
fn drawing(q: Vector) -> Matrix {
    [[q[0] * (1.0 - q[0]), -q[0] * q[1]], [-q[0] * q[1], q[1] * (1.0 - q[1])]]
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

fn times(m: &Matrix, x: Vector) -> Vector {
    [dot(m[0], x), dot(m[1], x)]
}

//! Shares of a function's variance that its inputs bring, alone and with others.
//!
//! Two points a and b of the cube of all inputs, and a with one input of b: f changes by what that input does. First order: how
//! much of the variance would go if the input were known; total order: how much would stay if all others were. Points come from a
//! lattice whose steps are powers of a generalised golden ratio, shifted at random anew for each of several sets, so that the sets
//! tell the spread of the estimate.
//!
//! Sources: A. Saltelli et al., Variance based sensitivity analysis of model output (2010), for the first order; M. J. W. Jansen,
//! Analysis of variance designs for model output (1999), for the total; R. Cranley and T. N. L. Patterson, Randomization of number
//! theoretic methods for multiple integration (1976), for the shifts.

use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::stats::interval::student_critical;
use crate::stats::moments::SampleMoments;

/// Sets of points with shifts of their own.
const SETS: usize = 16;
/// Points of a set at first.
const FIRST_POINTS: usize = 32;
/// Probability that an interval misses its index.
const LEVEL: f64 = 0.05;

/// How far the indices are followed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SobolSettings {
    /// Half width of every interval at which the search ends.
    pub width: f64,
    /// Evaluations at most.
    pub most: usize,
    /// Seed of the shifts.
    pub seed: u64,
}

impl SobolSettings {
    /// Until every interval is ± `width`, with at most this number of evaluations.
    #[must_use]
    pub const fn new(width: f64, most: usize, seed: u64) -> Self {
        Self { width, most, seed }
    }
}

/// An index with its interval at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IndexInterval {
    /// Estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The indices of one input.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InputIndices {
    /// Share of the variance that the input brings alone.
    pub first: IndexInterval,
    /// Share that it brings alone and together with others.
    pub total: IndexInterval,
}

/// Sobol indices of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SobolIndices {
    /// Mean of the function.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
    /// Input by input.
    pub inputs: Vec<InputIndices>,
    /// What an input that does nothing would show: the noise of the first order.
    pub dummy: IndexInterval,
    /// Evaluations.
    pub evaluations: usize,
    /// Whether every interval is as narrow as was asked for.
    pub settled: bool,
}

/// One set of points: its shift, and what was found so far.
struct PointSet {
    shift: Vec<f64>,
    /// f(a), f(b), and f at a with each input of b.
    values: Vec<(f64, f64, Vec<f64>)>,
}

/// Sobol indices of a function of `inputs` independent inputs, uniform between 0 and 1. `function` answers many points at once;
/// `None` where it has no value at some point, or does not vary.
///
/// ```
/// use runaway::sensitivity::{SobolSettings, sobol_indices};
///
/// let sum = |points: &[Vec<f64>]| points.iter().map(|x| Some(2.0 * x[0] + x[1])).collect();
/// let found = sobol_indices(2, &SobolSettings::new(0.02, 100_000, 1), sum).unwrap();
/// // Variances of 4/12 and 1/12, and nothing together.
/// assert!((found.inputs[0].first.value - 0.8).abs() < 0.02 && (found.inputs[1].total.value - 0.2).abs() < 0.02);
/// ```
#[must_use]
pub fn sobol_indices(
    inputs: usize,
    settings: &SobolSettings,
    function: impl Fn(&[Vec<f64>]) -> Vec<Option<f64>>,
) -> Option<SobolIndices> {
    let mut random = ChaCha12Rng::seed_from_u64(settings.seed);
    let steps = steps(2 * inputs);
    let shift = |_| (0..2 * inputs).map(|_| random.random::<f64>()).collect();
    let shifts: Vec<Vec<f64>> = (0..SETS).map(shift).collect();
    let mut sets: Vec<PointSet> = shifts.into_iter().map(|shift| PointSet { shift, values: Vec::new() }).collect();
    let each = SETS * (inputs + 2);
    let mut points = FIRST_POINTS;
    loop {
        for set in &mut sets {
            set.extend(points, inputs, &steps, &function)?;
        }
        let found = summary(&sets, inputs, points * each, settings.width)?;
        if found.settled || 2 * points * each > settings.most.max(FIRST_POINTS * each) {
            return Some(found);
        }
        points *= 2;
    }
}

/// Steps of the lattice: powers of 1/φ with φ^(d + 1) = φ + 1.
fn steps(dimensions: usize) -> Vec<f64> {
    let mut ratio = 2.0_f64;
    for _ in 0..64 {
        ratio = (1.0 + ratio).powf(1.0 / (dimensions as f64 + 1.0));
    }
    (1..=dimensions).map(|power| ratio.powi(-(power as i32))).collect()
}

impl PointSet {
    fn extend(
        &mut self,
        points: usize,
        inputs: usize,
        steps: &[f64],
        function: &impl Fn(&[Vec<f64>]) -> Vec<Option<f64>>,
    ) -> Option<()> {
        let place =
            |index: usize, dimension: usize| (self.shift[dimension] + (index + 1) as f64 * steps[dimension]).fract();
        let mut asked = Vec::new();
        for index in self.values.len()..points {
            let a: Vec<f64> = (0..inputs).map(|input| place(index, input)).collect();
            let b: Vec<f64> = (0..inputs).map(|input| place(index, inputs + input)).collect();
            asked.extend([a.clone(), b.clone()]);
            asked.extend((0..inputs).map(|input| {
                let mut mixed = a.clone();
                mixed[input] = b[input];
                mixed
            }));
        }
        let values: Vec<f64> = function(&asked).into_iter().collect::<Option<_>>()?;
        let rows = values.chunks(inputs + 2);
        self.values.extend(rows.filter_map(|row| match row {
            [a, b, mixed @ ..] => Some((*a, *b, mixed.to_vec())),
            _ => None,
        }));
        Some(())
    }

    /// Mean and variance over both points.
    fn spread(&self) -> (f64, f64) {
        let mut moments = SampleMoments::default();
        for (a, b, _) in &self.values {
            moments.add(*a);
            moments.add(*b);
        }
        (moments.mean(), moments.variance())
    }

    fn average(&self, part: impl Fn(&(f64, f64, Vec<f64>)) -> f64) -> f64 {
        self.values.iter().map(part).sum::<f64>() / self.values.len() as f64
    }
}

fn summary(sets: &[PointSet], inputs: usize, evaluations: usize, width: f64) -> Option<SobolIndices> {
    let spreads: Vec<(f64, f64)> = sets.iter().map(PointSet::spread).collect();
    let over = |part: fn(&(f64, f64)) -> f64| spreads.iter().map(part).sum::<f64>() / sets.len() as f64;
    let (mean, variance) = (over(|one| one.0), over(|one| one.1));
    if !(variance > 0.0 && variance.is_finite()) {
        return None;
    }
    let interval = |part: &dyn Fn(&PointSet) -> f64| {
        let mut moments = SampleMoments::default();
        sets.iter().for_each(|set| moments.add(part(set) / variance));
        let reach = student_critical(LEVEL, sets.len() as f64 - 1.0) * moments.standard_error();
        IndexInterval { value: moments.mean(), low: moments.mean() - reach, high: moments.mean() + reach }
    };
    let of = |input: usize| InputIndices {
        first: interval(&|set| set.average(|(a, b, mixed)| (b - mean) * (mixed[input] - a))),
        total: interval(&|set| set.average(|(a, _, mixed)| 0.5 * (a - mixed[input]).powi(2))),
    };
    let inputs: Vec<InputIndices> = (0..inputs).map(of).collect();
    let widest = inputs.iter().flat_map(|one| [one.first, one.total]).map(|one| 0.5 * (one.high - one.low));
    let settled = widest.fold(0.0, f64::max) <= width;
    let dummy = interval(&|set| set.average(|(a, b, _)| (a - mean) * (b - mean)));
    Some(SobolIndices { mean, variance, inputs, dummy, evaluations, settled })
}

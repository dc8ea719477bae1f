//! Analytic against simulated: a verdict, not a picture.
//!
//! Six tests share the family-wise level equally: survival inside a simultaneous band; mean error, shares of unsound and of
//! wrong beliefs, and yield, each at every generation; and the restricted mean runway. Every critical value holds for any number of
//! runs (DKW, Bernstein): failures are rare and errors skewed in the loops that matter most, where a normal approximation
//! would cry wolf. Bernstein's inequality takes the spread of the error from the exact law; that of shares and yield, which
//! agents estimate from the problems they needed, from the runs.

mod check;
mod deviation;
mod test;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::analytic::{BEYOND_REACH, Curves};
use crate::simulate::{Engine, Simulated};
use crate::stats::{band, mean, multiple};
use deviation::Deviation;

pub use check::{CheckError, check, judge, second_engine};
pub use test::{AgreementTest, DeviationUnit};

/// Family-wise level of a verdict unless another is asked for.
pub const DEFAULT_LEVEL: f64 = 1e-3;
/// Tests of the family.
const TESTS: usize = 6;
/// Quantities whose means are compared with their expectations by the spread of the runs.
const MEASURED: [MeasuredMean; 3] = [
    MeasuredMean { name: "mean unsound share", of: |s| (&s.mean_unsound, &s.se_unsound), expected: |e| e.mean_unsound },
    MeasuredMean { name: "mean wrong share", of: |s| (&s.mean_wrong, &s.se_wrong), expected: |e| e.mean_wrong },
    MeasuredMean { name: "mean yield", of: |s| (&s.mean_yield, &s.se_yield), expected: |e| e.mean_yield },
];
/// The mean error between two samples.
const ERROR: MeasuredMean =
    MeasuredMean { name: "mean error", of: |s| (&s.mean_error, &s.se_error), expected: |e| e.mean_error };

/// The verdict of one comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AgreementVerdict {
    /// Whether every test of the family passed.
    pub agree: bool,
    /// Family-wise level: the probability that a correct pair is called different.
    pub level: f64,
    /// What the simulation was compared with.
    pub reference: String,
    /// Runs on the simulated side.
    pub replicates: u64,
    /// The verdict in one line.
    pub sentence: String,
    /// Each test of the family.
    pub tests: Vec<AgreementTest>,
    /// (mean − expected) / (sd / √replicates) of the error rate by generation; absent where the error cannot vary.
    pub standardised: Vec<Option<f64>>,
    /// Two-sided critical value of `standardised` by generation.
    pub critical: Vec<Option<f64>>,
    /// Half-width of the simultaneous band around the simulated survival.
    pub survival_band: f64,
}

/// Exact curves to compare with, by generation 0..=horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedCurves<'a> {
    /// S(g) = P(T > g).
    pub survival: &'a [f64],
    /// `E[err(x_g)]`, unconditional.
    pub mean_error: &'a [f64],
    /// Standard deviation of err(x_g).
    pub sd_error: &'a [f64],
    /// Distance from its mean within which err(x_g) stays, except with probability [`BEYOND_REACH`].
    pub reach_error: &'a [f64],
    /// `E[x_U]`.
    pub mean_unsound: &'a [f64],
    /// `E[x_W]`.
    pub mean_wrong: &'a [f64],
    /// `E[Y(x_g)]`; that of the last generation, which trains nobody, is not used.
    pub mean_yield: &'a [f64],
    /// Where the curves come from, in words that follow "those of": "the exact count chain".
    pub reference: String,
}

impl<'a> ExpectedCurves<'a> {
    /// The curves of an exact solution, which the `reference` names.
    #[must_use]
    pub fn of(curves: &'a Curves, reference: String) -> Self {
        Self {
            survival: &curves.survival,
            mean_error: &curves.expected_error,
            sd_error: &curves.sd_error,
            reach_error: &curves.reach_error,
            mean_unsound: &curves.mean_unsound,
            mean_wrong: &curves.mean_wrong,
            mean_yield: &curves.expected_yield,
            reference,
        }
    }
}

/// A quantity by generation, with its standard error.
struct MeasuredMean {
    name: &'static str,
    of: for<'s> fn(&'s Simulated) -> (&'s [f64], &'s [f64]),
    expected: for<'e> fn(&ExpectedCurves<'e>) -> &'e [f64],
}

/// A comparison that makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Curves of different lengths.
    #[error(
        "curves over {expected} generations cannot be compared with a simulation of {simulated}; use the same `--horizon`"
    )]
    Horizons {
        /// Generations of the reference.
        expected: usize,
        /// Generations of the simulation.
        simulated: usize,
    },
    /// A level that is no level.
    #[error("a family-wise level lies between 0 and 1, but this is {0}")]
    Level(f64),
}

/// Holds a simulation against exact curves at family-wise `level` (between 0 and 1, both excluded).
///
/// # Errors
/// [`CompareError`] where the horizons differ or `level` is none.
pub fn with_expected(
    expected: &ExpectedCurves<'_>,
    simulated: &Simulated,
    level: f64,
) -> Result<AgreementVerdict, CompareError> {
    let generations = generations(simulated)?;
    let curves = [expected.survival, expected.mean_error, expected.sd_error, expected.reach_error];
    let composition = [expected.mean_unsound, expected.mean_wrong, expected.mean_yield];
    for curve in curves.iter().chain(&composition) {
        same_horizon(curve.len(), generations)?;
    }
    let share = share(level)?;
    let runs = simulated.replicates;
    let each = multiple::bonferroni(share, generations);
    let exact = expected.mean_error.iter().zip(expected.sd_error.iter().zip(expected.reach_error));
    let errors = simulated.mean_error.iter().zip(exact).map(|(&seen, (&mean, (&sd, &reach)))| {
        Deviation::of(seen, mean, sd / (runs as f64).sqrt(), bound(runs, sd, reach, each))
    });
    let runway = {
        let (mean, sd) = restricted(expected.survival);
        let horizon = generations.saturating_sub(1) as f64;
        let bound = horizon * mean::bernstein(runs, (sd / horizon).powi(2), share);
        Deviation::of(simulated.runway.restricted_mean, mean, sd / (runs as f64).sqrt(), bound)
    };
    let width = band::dkw(runs, share);
    let survival = survival(expected.survival, &simulated.survival, width);
    let errors = (ERROR.name, errors.collect());
    let measured = MEASURED.map(|quantity| {
        let seen = values((quantity.of)(simulated)).zip((quantity.expected)(expected));
        let bound = |se: f64| within(runs, se, each);
        let deviations = seen.map(|((seen, se), &mean)| Deviation::of_two(seen, mean, se, bound(se)));
        (quantity.name, deviations.collect())
    });
    let curves = std::iter::once(errors).chain(measured).collect();
    Ok(verdict(level, expected.reference.clone(), simulated, Family { survival, width, curves, runway }))
}

/// The distance of a mean of values in [0, 1] from its expectation that chance exceeds with probability `level` at most, from
/// its standard error.
fn within(runs: u64, se: f64, level: f64) -> f64 {
    mean::empirical_bernstein(runs, se * se * runs as f64, level)
}

/// The distance of a mean error from its expectation that chance exceeds with probability `level` at most.
///
/// A run beyond the reach would void the sharper inequality; where all of them together may go there with more than a tenth of
/// the level, the one for any values in [0, 1] has to do.
fn bound(runs: u64, sd: f64, reach: f64, level: f64) -> f64 {
    if runs as f64 * BEYOND_REACH < 0.1 * level {
        mean::bernstein_within(runs, sd * sd, reach, 0.9 * level)
    } else {
        mean::bernstein(runs, sd * sd, level)
    }
}

/// Holds two simulations of one loop against each other at family-wise `level`, for loops that no exact solver reaches. The
/// `reference` must be independent of `simulated`: another engine, or another seed.
///
/// # Errors
/// As [`with_expected`].
pub fn two_samples(reference: &Simulated, simulated: &Simulated, level: f64) -> Result<AgreementVerdict, CompareError> {
    let generations = generations(simulated)?;
    same_horizon(self::generations(reference)?, generations)?;
    let share = share(level)?;
    let both = |here: f64, there: f64, level: f64| {
        within(simulated.replicates, here, level / 2.0) + within(reference.replicates, there, level / 2.0)
    };
    let each = multiple::bonferroni(share, generations);
    let curve = |quantity: MeasuredMean| {
        let pairs = values((quantity.of)(simulated)).zip(values((quantity.of)(reference)));
        let deviations = pairs.map(|((seen, here), (other, there))| {
            Deviation::of_two(seen, other, here.hypot(there), both(here, there, each))
        });
        (quantity.name, deviations.collect())
    };
    let curves = std::iter::once(ERROR).chain(MEASURED).map(curve).collect();
    let runway = {
        let (here, there) = (simulated.runway, reference.runway);
        let horizon = generations.saturating_sub(1) as f64;
        let bound = horizon * both(here.se / horizon, there.se / horizon, share);
        Deviation::of_two(here.restricted_mean, there.restricted_mean, here.se.hypot(there.se), bound)
    };
    let width = band::dkw_two_sample(simulated.replicates, reference.replicates, share);
    let survival = survival(&reference.survival, &simulated.survival, width);
    let name = format!("{} runs by {} (seed {})", reference.replicates, engine(reference.engine), reference.seed);
    Ok(verdict(level, name, simulated, Family { survival, width, curves, runway }))
}

/// The tests before they are judged.
struct Family {
    survival: (Deviation, Option<u64>),
    width: f64,
    /// Name and deviations by generation, the error first.
    curves: Vec<(&'static str, Vec<Deviation>)>,
    runway: Deviation,
}

fn verdict(level: f64, reference: String, simulated: &Simulated, family: Family) -> AgreementVerdict {
    let share = multiple::bonferroni(level, TESTS);
    let mut judged = vec![(family.survival.0, family.survival.0.test("survival", share, family.survival.1))];
    for (name, deviations) in &family.curves {
        let worst = (0_u64..).zip(deviations).max_by(|(_, one), (_, other)| one.used().total_cmp(&other.used()));
        judged.extend(worst.map(|(g, deviation)| (*deviation, deviation.test(name, share, Some(g)))));
    }
    judged.push((family.runway, family.runway.test("restricted mean runway", share, None)));
    let errors = family.curves.first().map_or(&[][..], |(_, deviations)| deviations);
    let standard =
        |deviation: &Deviation, value: f64| (deviation.unit == DeviationUnit::StandardErrors).then_some(value);
    AgreementVerdict {
        agree: judged.iter().all(|(_, test)| test.passed),
        level,
        sentence: sentence(level, &reference, simulated, &judged),
        reference,
        replicates: simulated.replicates,
        standardised: errors.iter().map(|deviation| standard(deviation, deviation.signed)).collect(),
        critical: errors.iter().map(|deviation| standard(deviation, deviation.critical)).collect(),
        survival_band: family.width,
        tests: judged.into_iter().map(|(_, test)| test).collect(),
    }
}

/// The verdict in one line: the worst failure first, or how close the closest came.
fn sentence(level: f64, reference: &str, simulated: &Simulated, judged: &[(Deviation, AgreementTest)]) -> String {
    let runs = format!("{} runs simulated by {}", simulated.replicates, engine(simulated.engine));
    let failed = judged.iter().filter(|(_, test)| !test.passed);
    match failed.max_by(|(one, _), (other, _)| one.used().total_cmp(&other.used())) {
        None => {
            let used = judged.iter().map(|(deviation, _)| deviation.used()).fold(0.0, f64::max);
            format!(
                "Cross-check passed: {runs} match {reference} in survival, error, composition, yield and runway (family-wise level {level}); \
                 the largest deviation is {:.0} % of what the level allows",
                100.0 * used
            )
        }
        Some((deviation, test)) => {
            let place = test.generation.map_or(String::new(), |generation| format!(" at generation {generation}"));
            format!(
                "Cross-check failed: {}{place} of {runs} lies {} {} that of {reference}; family-wise level {level} allows {}",
                test.quantity,
                deviation.words(test.deviation),
                if deviation.signed < 0.0 { "below" } else { "above" },
                deviation.words(test.critical),
            )
        }
    }
}

/// The largest distance between two survival curves, and where.
fn survival(expected: &[f64], simulated: &[f64], width: f64) -> (Deviation, Option<u64>) {
    let deviations = expected.iter().zip(simulated).map(|(expected, simulated)| Deviation {
        signed: simulated - expected,
        critical: width,
        unit: DeviationUnit::Probability,
    });
    let none = (Deviation { signed: 0.0, critical: width, unit: DeviationUnit::Probability }, None);
    (0..)
        .zip(deviations)
        .map(|(g, deviation)| (deviation, Some(g)))
        .fold(none, |worst, next| if next.0.used() > worst.0.used() { next } else { worst })
}

/// Mean and standard deviation of min(T, horizon), from S(0), …, S(horizon).
fn restricted(survival: &[f64]) -> (f64, f64) {
    let before = &survival[..survival.len().saturating_sub(1)];
    let mean: f64 = before.iter().sum();
    // E[(min(T,H) − mean)²] summed over the law of min(T,H); no difference of two large squares.
    let mut last = 1.0;
    let mut variance = 0.0;
    for (g, &now) in before.iter().enumerate() {
        variance += (last - now) * (g as f64 - mean).powi(2);
        last = now;
    }
    variance += last * (before.len() as f64 - mean).powi(2);
    (mean, variance.max(0.0).sqrt())
}

fn share(level: f64) -> Result<f64, CompareError> {
    if level > 0.0 && level < 1.0 { Ok(multiple::bonferroni(level, TESTS)) } else { Err(CompareError::Level(level)) }
}

/// Generations of a simulation, the same in every curve.
fn generations(simulated: &Simulated) -> Result<usize, CompareError> {
    let generations = simulated.survival.len();
    same_horizon(simulated.mean_error.len(), generations)?;
    same_horizon(simulated.se_error.len(), generations)?;
    for (mean, se) in [(ERROR.of)(simulated)].into_iter().chain(MEASURED.iter().take(2).map(|m| (m.of)(simulated))) {
        same_horizon(mean.len(), generations)?;
        same_horizon(se.len(), generations)?;
    }
    Ok(generations)
}

/// Mean and standard error by generation.
fn values<'a>((mean, se): (&'a [f64], &'a [f64])) -> impl Iterator<Item = (f64, f64)> {
    mean.iter().copied().zip(se.iter().copied())
}

fn same_horizon(expected: usize, simulated: usize) -> Result<(), CompareError> {
    if expected == simulated { Ok(()) } else { Err(CompareError::Horizons { expected, simulated }) }
}

const fn engine(engine: Engine) -> &'static str {
    match engine {
        Engine::Agents => "agents",
        Engine::Counts => "counts",
        Engine::Events => "events",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::RestrictedRunway;
    use approx::assert_relative_eq;

    /// 1000 runs over generations 0..=2, half of which fail at 1, with errors 0.1, 0.2, 0.3.
    fn simulated() -> Simulated {
        Simulated {
            replicates: 1000,
            seed: 1,
            engine: Engine::Counts,
            generations: vec![0, 1, 2],
            survival: vec![1.0, 0.5, 0.5],
            failures: vec![0, 500, 0],
            mean_error: vec![0.1, 0.2, 0.3],
            se_error: vec![0.0, 0.001, 0.002],
            mean_unsound: vec![0.0; 3],
            se_unsound: vec![0.0; 3],
            mean_wrong: vec![0.0, 0.1, 0.2],
            se_wrong: vec![0.0, 0.001, 0.002],
            mean_yield: vec![1.0, 0.7],
            se_yield: vec![0.0, 0.003],
            best_generation: vec![1000, 0, 0],
            runway: RestrictedRunway { restricted_mean: 1.5, se: 0.016, censored: 500 },
            starved: 0,
            sample_runs: Vec::new(),
        }
    }

    fn against(survival: [f64; 3], mean_error: [f64; 3]) -> AgreementVerdict {
        let sd_error = [0.0, 0.0316, 0.0632];
        let reference = "the truth".to_owned();
        let expected = ExpectedCurves {
            survival: &survival,
            mean_error: &mean_error,
            sd_error: &sd_error,
            reach_error: &[1.0; 3],
            mean_unsound: &[0.0; 3],
            mean_wrong: &[0.0, 0.1, 0.2],
            mean_yield: &[1.0, 0.7, 0.1],
            reference,
        };
        with_expected(&expected, &simulated(), DEFAULT_LEVEL).unwrap()
    }

    fn failed(verdict: &AgreementVerdict) -> Vec<&str> {
        verdict.tests.iter().filter(|test| !test.passed).map(|test| test.quantity.as_str()).collect()
    }

    #[test]
    fn the_truth_passes_every_test() {
        let verdict = against([1.0, 0.5, 0.5], [0.1, 0.2, 0.3]);
        assert!(verdict.agree && failed(&verdict).is_empty(), "{verdict:?}");
        assert!(verdict.sentence.starts_with("Cross-check passed: "), "{}", verdict.sentence);
        assert_eq!(verdict.standardised[0], None);
        assert_eq!(verdict.standardised[1], Some(0.0));
    }

    #[test]
    fn each_test_can_fail() {
        // DKW at level 1e-3/6 from 1000 runs: 0.069.
        assert_eq!(failed(&against([1.0, 0.5, 0.42], [0.1, 0.2, 0.3])), ["survival"]);
        assert_eq!(failed(&against([1.0, 0.6, 0.5], [0.1, 0.2, 0.3])), ["survival", "restricted mean runway"]);
        let early = against([1.0, 0.5, 0.5], [0.1 + 1e-9, 0.2, 0.3]);
        assert_eq!((failed(&early), early.tests[1].generation), (vec!["mean error"], Some(0)));
        let late = against([1.0, 0.5, 0.5], [0.1, 0.2, 0.33]);
        assert_eq!((failed(&late), late.tests[1].generation), (vec!["mean error"], Some(2)));
        assert!(
            late.sentence.starts_with(
                "Cross-check failed: mean error at generation 2 of 1000 runs simulated by counts lies 15.0 standard errors below"
            )
        );
        assert_eq!(failed(&against([1.0, 0.5, 0.5], [0.1, f64::NAN, 0.3])), ["mean error"]);
    }

    /// At 1000 runs chance is allowed about 0.04 where nothing varies.
    #[test]
    fn composition_and_yield_can_fail() {
        let held = |unsound: [f64; 3], wrong: [f64; 3], accepted: [f64; 3]| {
            let expected = ExpectedCurves {
                survival: &[1.0, 0.5, 0.5],
                mean_error: &[0.1, 0.2, 0.3],
                sd_error: &[0.0, 0.0316, 0.0632],
                reach_error: &[1.0; 3],
                mean_unsound: &unsound,
                mean_wrong: &wrong,
                mean_yield: &accepted,
                reference: "the truth".to_owned(),
            };
            with_expected(&expected, &simulated(), DEFAULT_LEVEL).unwrap()
        };
        let (unsound, wrong, accepted) = ([0.0; 3], [0.0, 0.1, 0.2], [1.0, 0.7, 0.1]);
        assert!(held(unsound, wrong, accepted).agree);
        assert_eq!(failed(&held([0.0, 0.0, 0.1], wrong, accepted)), ["mean unsound share"]);
        assert_eq!(failed(&held(unsound, [0.0, 0.2, 0.2], accepted)), ["mean wrong share"]);
        let priced = held(unsound, wrong, [1.0, 0.9, 0.1]);
        assert_eq!(failed(&priced), ["mean yield"]);
        assert!(priced.sentence.starts_with("Cross-check failed: mean yield at generation 1"), "{}", priced.sentence);
        assert_eq!(priced.tests.iter().map(|test| test.level).sum::<f64>(), DEFAULT_LEVEL);
    }

    #[test]
    fn restricted_moments_by_hand() {
        // min(T, 2) = 1 or 2, half each.
        let (mean, sd) = restricted(&[1.0, 0.5, 0.5]);
        assert_relative_eq!(mean, 1.5);
        assert_relative_eq!(sd, 0.5);
        assert_eq!(restricted(&[1.0, 1.0, 1.0]), (2.0, 0.0));
    }

    #[test]
    fn two_samples_of_one_law_agree_and_of_two_differ() {
        let here = simulated();
        assert!(two_samples(&here, &here, DEFAULT_LEVEL).unwrap().agree);
        let mut there = simulated();
        there.mean_error[1] = 0.4;
        there.runway.restricted_mean = 1.9;
        there.survival = vec![1.0, 0.9, 0.9];
        let verdict = two_samples(&there, &here, DEFAULT_LEVEL).unwrap();
        assert_eq!(failed(&verdict), ["survival", "mean error", "restricted mean runway"]);
    }

    #[test]
    fn comparisons_without_sense_are_refused() {
        let mut short = simulated();
        short.survival.pop();
        assert!(matches!(two_samples(&short, &simulated(), 0.1), Err(CompareError::Horizons { .. })));
        for level in [0.0, 1.0, f64::NAN] {
            assert!(matches!(two_samples(&simulated(), &simulated(), level), Err(CompareError::Level(_))));
        }
    }
}

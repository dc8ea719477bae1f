//! The likelihood of a log: the forward algorithm over the count chain.
//!
//! Hidden: the number of wrong beliefs, a Markov chain with Binomial(N, q(x)) rows. Seen each generation: wrong answers,
//! and where the log has them the wrong among the kept, the kept among the attempted and the unanimous among the kept, each
//! beta-binomial around what the composition implies; and what became of each problem by the next evaluation, which weighs
//! the composition that it left (`moves`). The chain is filtered on the window of counts that both the previous generation
//! and the measurement leave possible; a window of more than [`POINTS`] counts is covered by evenly spaced ones, each
//! standing for its neighbours.

use std::sync::OnceLock;

use super::learner::{LoopModel, MOST_EXAMPLES};
use super::stage::{LogStage, REACH};

/// Most counts in a window. Twice as many change the log-likelihood of the measured loops by less than 0.02.
pub const POINTS: u64 = 56;
/// Weight below which a count no longer widens the next window.
const NEGLIGIBLE: f64 = 1e-8;

/// Filtered law of the count at one generation.
#[derive(Debug, Clone)]
pub(super) struct FilteredRun {
    /// Counts of wrong beliefs.
    pub counts: Vec<u64>,
    /// Their probabilities given everything measured up to this generation.
    pub weights: Vec<f64>,
}

impl FilteredRun {
    /// Weighs every count by the ln probability of something seen, whose own ln probability it gives; `None` where that is
    /// impossible.
    fn weigh(&mut self, logs: &[f64]) -> Option<f64> {
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (weight, log) in self.weights.iter_mut().zip(logs) {
            *weight *= (log - most).exp();
            total += *weight;
        }
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        self.weights.iter_mut().for_each(|weight| *weight /= total);
        Some(most + total.ln())
    }
}

/// What the forward algorithm leaves.
#[derive(Debug, Clone)]
pub(super) struct ForwardFilter {
    /// ln probability of each generation's measurements given the earlier ones.
    pub increments: Vec<f64>,
    /// Filtered law of each generation.
    pub filtered: Vec<FilteredRun>,
}

impl ForwardFilter {
    /// ln likelihood of the run.
    pub fn log_likelihood(&self) -> f64 {
        self.increments.iter().sum()
    }
}

/// ln k! for every k that the chain can hold.
fn log_factorials() -> &'static [f64] {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut sum = 0.0;
        (0..=MOST_EXAMPLES as u64)
            .map(|k| {
                sum += (k.max(1) as f64).ln();
                sum
            })
            .collect()
    })
}

fn log_factorial(k: u64) -> f64 {
    log_factorials().get(k as usize).copied().unwrap_or(f64::INFINITY)
}

/// ln C(n, k).
pub(super) fn log_choices(n: u64, k: u64) -> f64 {
    log_factorial(n) - log_factorial(k) - log_factorial(n - k)
}

/// Runs the forward algorithm; `None` where the measurements are impossible under this learner.
pub(super) fn forward(learner: &LoopModel, stages: &[LogStage], points: u64) -> Option<ForwardFilter> {
    forward_above(learner, stages, points, f64::NEG_INFINITY)
}

/// As [`forward`], given up with `None` as soon as the ln likelihood of the run can no longer exceed `least`: what is left
/// cannot be more probable than under a model that foresees every count exactly.
pub(super) fn forward_above(
    learner: &LoopModel,
    stages: &[LogStage],
    points: u64,
    least: f64,
) -> Option<ForwardFilter> {
    let mut bound: f64 = stages.iter().map(LogStage::most_probable).sum();
    let mut out =
        ForwardFilter { increments: Vec::with_capacity(stages.len()), filtered: Vec::with_capacity(stages.len()) };
    let mut before: Option<&LogStage> = None;
    for stage in stages {
        let (slip, examples) = (learner.slip_at(stage.elapsed), learner.beliefs(stage.steps) as f64);
        let mut law = match (before, out.filtered.last()) {
            (Some(earlier), Some(law)) => {
                let into = (learner.beliefs(stage.steps), stage.possible(learner, slip));
                predict(learner, law, earlier, into, points)
            }
            _ => FilteredRun { counts: vec![learner.start_count()], weights: vec![1.0] },
        };
        let measured = stage.measured(learner);
        let logs: Vec<f64> = law
            .counts
            .iter()
            .map(|&count| {
                let x = count as f64 / examples;
                measured.log_probability(&learner.at(x, slip, stage.steps), || learner.unanimous(x, slip, stage.steps))
            })
            .collect();
        let mut increment = law.weigh(&logs)?;
        if let Some(logs) = stage.moved(learner, law.counts.iter().map(|&count| count as f64 / examples)) {
            increment += law.weigh(&logs)?;
        }
        bound += increment - stage.most_probable();
        // Rounding of the bound must not decide.
        if bound < least - 1e-6 {
            return None;
        }
        out.increments.push(increment);
        out.filtered.push(law);
        before = Some(stage);
    }
    Some(out)
}

/// The law of the next count before its measurement, on the counts that the measurement leaves possible.
fn predict(
    learner: &LoopModel,
    law: &FilteredRun,
    earlier: &LogStage,
    into: (u64, (f64, f64)),
    points: u64,
) -> FilteredRun {
    let examples = learner.beliefs(earlier.steps) as f64;
    let (beliefs, possible) = into;
    let trials = beliefs as f64;
    let slip = learner.slip_at(earlier.elapsed);
    let from: Vec<(f64, f64)> = law
        .counts
        .iter()
        .zip(&law.weights)
        .filter(|(_, weight)| **weight > NEGLIGIBLE)
        .map(|(&count, &weight)| (learner.at(count as f64 / examples, slip, earlier.steps).next, weight))
        .collect();
    let counts = window(&from, possible, trials, points);
    let weights = transition(&from, &counts, beliefs);
    FilteredRun { counts, weights }
}

/// Exponent up to which powers are taken by multiplication; beyond it they could overflow.
const STEEPEST: f64 = 300.0;

/// Σ weight · spacing · P(Bin(beliefs, q) = count) over the sources (q, weight), for every one of the evenly spaced counts.
///
/// The sources share the factor C(N, k) (q₀/(1 − q₀))^k of a reference q₀; what is left of each is a power of its own
/// odds, taken by one multiplication per count. This is most of the likelihood's time.
fn transition(from: &[(f64, f64)], counts: &[u64], beliefs: u64) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (counts.first(), counts.last()) else { return Vec::new() };
    let spacing = counts.get(1).map_or(1.0, |second| (second - first) as f64);
    let parts = |q: f64| {
        let q = q.clamp(1e-15, 1.0 - 1e-15);
        let miss = (-q).ln_1p();
        (q.ln() - miss, beliefs as f64 * miss)
    };
    let (low, high) = from.iter().fold((1.0_f64, 0.0_f64), |(low, high), (q, _)| (low.min(*q), high.max(*q)));
    let (odds, none) = parts(0.5 * (low + high));
    let (mut shared, mut direct) = (vec![0.0; counts.len()], vec![0.0; counts.len()]);
    for &(q, weight) in from {
        let (own, own_none) = parts(q);
        let ratio = |count: u64| own_none - none + count as f64 * (own - odds);
        if ratio(first).abs().max(ratio(last).abs()) > STEEPEST {
            for (sum, &count) in direct.iter_mut().zip(counts) {
                *sum += weight * spacing * (log_choices(beliefs, count) + own_none + count as f64 * own).exp();
            }
            continue;
        }
        let mut power = weight * spacing * ratio(first).exp();
        let factor = (spacing * (own - odds)).exp();
        for sum in &mut shared {
            *sum += power;
            power *= factor;
        }
    }
    let finish = |((shared, direct), &count): ((f64, f64), &u64)| {
        shared * (log_choices(beliefs, count) + none + count as f64 * odds).exp() + direct
    };
    shared.into_iter().zip(direct).zip(counts).map(finish).collect()
}

/// At most `points` evenly spaced counts over what the chain reaches and the measurement allows; where the two exclude
/// each other, the reachable end that is nearest.
fn window(from: &[(f64, f64)], possible: (f64, f64), examples: f64, points: u64) -> Vec<u64> {
    let low = from.iter().map(|(q, _)| *q).fold(1.0, f64::min);
    let high = from.iter().map(|(q, _)| *q).fold(0.0, f64::max);
    let reach = |q: f64| REACH * (examples * q * (1.0 - q)).sqrt() + 4.0;
    let low = (examples * low - reach(low)).floor().max(0.0);
    let high = (examples * high + reach(high)).ceil().min(examples);
    let (mut first, mut last) = (low.max(possible.0), high.min(possible.1));
    if first > last {
        (first, last) = if possible.0 > high { ((high - 4.0).max(low), high) } else { (low, (low + 4.0).min(high)) };
    }
    let stride = ((last - first + 1.0) / points as f64).ceil().max(1.0);
    let begin = first + ((stride - 1.0) / 2.0).floor();
    let count = ((last - begin) / stride).floor().max(0.0) as u64 + 1;
    (0..count).map(|index| begin as u64 + index * stride as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::LoopChecks;
    use crate::fit::TrainingMode;
    use crate::fit::learner::SlipUnit;
    use crate::fit::log::{LogRow, LogRun};
    use crate::fit::prior::PriorSet;
    use crate::fit::sampler;
    use crate::fit::stage::{UsedMeasurements, stages};
    use crate::stats::binomial;
    use approx::assert_relative_eq;

    fn run(errors: &[(u64, u64, u64)]) -> LogRun {
        let row = |&(generation, wrong, kept_wrong): &(u64, u64, u64)| LogRow {
            generation,
            evaluated: 50,
            wrong,
            kept: Some(40),
            generated: Some(40),
            kept_wrong: Some(kept_wrong),
            ..LogRow::default()
        };
        LogRun { name: String::new(), rows: errors.iter().map(row).collect() }
    }

    /// Everything that is measured.
    const ALL: UsedMeasurements = UsedMeasurements {
        audits: true,
        per_step: true,
        yields: true,
        unanimity: true,
        rejections: true,
        same_problems: false,
        moves: false,
    };

    fn learner(examples: u64) -> LoopModel {
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let centre = priors.at(&[0.0; crate::fit::prior::PARAMETERS]);
        LoopModel { examples, dispersion: 0.01, ..LoopModel::new(&priors, &centre, 1.0, SlipUnit::Step) }
    }

    /// The likelihood by its definition: a sum over every sequence of counts.
    fn by_enumeration(learner: &LoopModel, stages: &[LogStage], place: usize, count: u64) -> f64 {
        let Some(stage) = stages.get(place) else { return 1.0 };
        let share = |count: u64| count as f64 / learner.examples as f64;
        let (x, slip) = (share(count), learner.slip_at(stage.elapsed));
        let moment = learner.at(x, slip, stage.steps);
        let unanimous = || learner.unanimous(x, slip, stage.steps);
        let here = stage.measured(learner).log_probability(&moment, unanimous).exp();
        if place + 1 == stages.len() {
            return here;
        }
        let next = |next| {
            binomial::pmf(next, learner.examples, moment.next) * by_enumeration(learner, stages, place + 1, next)
        };
        here * (0..=learner.examples).map(next).sum::<f64>()
    }

    #[test]
    fn the_filter_sums_over_every_history() {
        let learner = learner(12);
        for (audits, errors) in [
            (true, vec![(0, 6, 5), (1, 9, 6), (2, 14, 11)]),
            (false, vec![(3, 6, 5), (4, 9, 6), (6, 14, 11), (7, 20, 16)]),
        ] {
            let stages = stages(&run(&errors), UsedMeasurements { audits, ..ALL });
            let expected = by_enumeration(&learner, &stages, 0, learner.start_count()).ln();
            let forward = forward(&learner, &stages, 1000).unwrap();
            assert_relative_eq!(forward.log_likelihood(), expected, max_relative = 1e-6);
        }
    }

    #[test]
    fn a_loop_that_guesses_is_filtered_exactly_too() {
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let centre = priors.at(&[0.0; crate::fit::prior::PARAMETERS]);
        for (reversion, slip, dispersion) in [(0.3, 0.3, 0.01), (0.1, 0.6, 0.001), (1.0, 0.2, 0.001)] {
            let fitted = LoopModel::new(&priors, &centre, 1.0, SlipUnit::Step);
            let learner =
                LoopModel { examples: 10, start: 0.6, amplification: 8.0, reversion, slip, dispersion, ..fitted };
            for errors in [[(0, 44, 33), (1, 47, 38), (2, 45, 37)], [(0, 30, 22), (1, 35, 28), (2, 50, 40)]] {
                let stages = stages(&run(&errors), ALL);
                let expected = by_enumeration(&learner, &stages, 0, learner.start_count()).ln();
                let forward = forward(&learner, &stages, 1000).unwrap();
                assert_relative_eq!(forward.log_likelihood(), expected, max_relative = 1e-5);
            }
        }
    }

    #[test]
    fn giving_up_early_hides_nothing_that_is_probable_enough() {
        let stages = stages(&run(&[(0, 7, 5), (1, 9, 7), (2, 11, 9), (4, 16, 12)]), ALL);
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let mut rng = sampler::stream(6, 0);
        let mut given_up = 0;
        for _ in 0..200 {
            let learner = LoopModel::new(&priors, &sampler::prior_draw(&priors, &mut rng), 1.0, SlipUnit::Step);
            let whole = forward(&learner, &stages, POINTS).unwrap().log_likelihood();
            let above = |least| forward_above(&learner, &stages, POINTS, least).map(|forward| forward.log_likelihood());
            assert_eq!(above(whole - 1e-3), Some(whole));
            given_up += usize::from(above(whole + 30.0).is_none());
        }
        assert_eq!(given_up, 200);
    }

    #[test]
    fn a_thinned_window_changes_little() {
        let rows: Vec<(u64, u64, u64)> = vec![(0, 7, 5), (1, 9, 7), (2, 11, 9), (3, 16, 12), (4, 18, 16)];
        let stages = stages(&run(&rows), ALL);
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let mut rng = sampler::stream(5, 0);
        for _ in 0..300 {
            let learner = LoopModel::new(&priors, &sampler::prior_draw(&priors, &mut rng), 1.0, SlipUnit::Step);
            let exact = forward(&learner, &stages, 100_000).unwrap().log_likelihood();
            let thinned = forward(&learner, &stages, POINTS).unwrap().log_likelihood();
            // Points that no sampler visits need not be exact.
            let slack = if exact > -60.0 { 0.02 } else { 0.02 * exact.abs() };
            assert!((exact - thinned).abs() < slack, "{exact} against {thinned} for {learner:?}");
        }
    }

    #[test]
    fn powers_by_multiplication_are_powers() {
        let from = [(0.02, 0.3), (0.05, 0.5), (0.09, 0.2)];
        for (beliefs, spacing, begin) in [(120, 1, 0), (1000, 3, 8), (4000, 11, 40), (8000, 40, 0), (8000, 3, 600)] {
            let counts: Vec<u64> = (0..40).map(|k| begin + k * spacing).collect();
            for (count, sum) in counts.iter().zip(transition(&from, &counts, beliefs)) {
                let direct: f64 = from.iter().map(|(q, weight)| weight * binomial::pmf(*count, beliefs, *q)).sum();
                let sum = sum / spacing as f64;
                assert!((sum - direct).abs() < 1e-13 + 1e-9 * direct, "{beliefs} {count}: {sum} against {direct}");
            }
        }
    }
}

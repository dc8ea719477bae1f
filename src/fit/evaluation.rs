//! What an evaluation says: a number of wrong answers, known exactly or to an interval of counts, on problems drawn afresh or
//! on those of every generation.
//!
//! A rate of few digits leaves several counts open. Their probabilities are summed, each beta-binomial: exactly up to
//! [`MOST_TERMS`] counts, on nodes beyond, where the probability is known within 1 %, and in its far tails (below e⁻⁸) the
//! logarithm within 2 %. A count that is known exactly has the law of a [`DispersedTally`] and nothing is added to it.
//!
//! n problems that are drawn once are harder or easier than all problems, and are so for every generation. At an error rate
//! p the variance of a measured rate, p(1 − p)/n, has a share ς that is common to all generations, the correlation of two
//! generations' answers to one problem; it is one number for the whole log, z ~ N(0, 1). Around
//!
//!   s(p) = p + z √(ς p(1 − p)/n)
//!
//! the answers scatter no more than n/(1 − ς) independent ones would: K ~ BetaBinomial(n/(1 − ς), s, ψ), measured as
//! k = K (1 − ς), between two whole k as the one or the other in proportion to their nearness, so that the mean is kept and
//! the probabilities of k sum to 1 exactly. The whole part of it adds a variance of at most a quarter of an answer. With
//! ς = 0 this is the law of fresh problems. Error rates, the forecast and the runway are those of all problems (p); what is
//! measured, and what an evaluation ahead would measure, is on those of the log (s).

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::learner::LoopModel;
use super::log::LogRow;
use super::tally::{Dispersed, DispersedTally};

/// Counts that are summed one by one.
const MOST_TERMS: u64 = 256;
/// Nodes that stand for more counts than that.
const NODES: u32 = 128;
/// Standard deviations beyond which a count no longer matters to a sum.
const FARTHEST: f64 = 12.0;

/// The problems of an evaluation, as a learner takes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProblemSet {
    answers: u64,
    shared: f64,
    level: f64,
}

impl ProblemSet {
    pub fn of(learner: &LoopModel, answers: u64) -> Self {
        Self { answers, shared: learner.shared_noise, level: learner.level }
    }

    /// Answers of an evaluation.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// s(p).
    pub fn error(&self, p: f64) -> f64 {
        if self.shared == 0.0 { p } else { (p + self.off(p)).clamp(0.0, 1.0) }
    }

    /// s(p) − p, before it is cut at 0 and 1.
    fn off(&self, p: f64) -> f64 {
        self.level * (self.shared * (p * (1.0 - p)).max(0.0) / self.answers.max(1) as f64).sqrt()
    }

    /// The error rate on all problems where it is `here` on these, around a mean.
    pub fn everywhere(&self, here: f64, mean: f64) -> f64 {
        if self.shared == 0.0 { here } else { (here - self.off(mean)).clamp(0.0, 1.0) }
    }

    /// n/(1 − ς), in whole answers.
    pub fn trials(&self) -> u64 {
        (self.answers as f64 / (1.0 - self.shared)).round() as u64
    }

    /// Answers per trial.
    fn scale(&self) -> f64 {
        self.answers.max(1) as f64 / self.trials().max(1) as f64
    }

    /// The share of wrong answers that is measured where this many trials went wrong.
    pub fn measured(&self, wrong: u64, rng: &mut ChaCha8Rng) -> f64 {
        if self.shared == 0.0 {
            return wrong as f64 / self.answers.max(1) as f64;
        }
        let count = wrong as f64 * self.scale();
        let whole = count.floor() + f64::from(u8::from(rng.random::<f64>() < count.fract()));
        whole / self.answers.max(1) as f64
    }
}

/// Wrong answers of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Evaluation {
    /// The nearest count, of the answers in all.
    tally: DispersedTally,
    /// The counts that are possible.
    span: (u64, u64),
}

impl Evaluation {
    pub fn of(row: &LogRow) -> Self {
        let (wrong, answers) = row.independent_counts();
        Self { tally: DispersedTally::new(wrong, answers), span: row.independent_span() }
    }

    /// This many wrong answers, known exactly.
    pub fn exactly(wrong: u64, answers: u64) -> Self {
        Self { tally: DispersedTally::new(wrong, answers), span: (wrong, wrong) }
    }

    /// Independent answers.
    pub fn answers(&self) -> u64 {
        self.tally.n as u64
    }

    /// The lowest and the highest error rate that may have been measured.
    pub fn rates(&self) -> (f64, f64) {
        (self.span.0 as f64 / self.tally.n, self.span.1 as f64 / self.tally.n)
    }

    /// A bound on the ln probability that any mean and dispersion give: of all counts that are possible together.
    pub fn most_probable(&self) -> f64 {
        let (low, high) = self.span;
        if low == high {
            return self.tally.most_probable();
        }
        // Of a binomial at its own share the counts near 0 and n are the most probable.
        let at = |count: u64| DispersedTally::new(count, self.answers()).most_probable();
        (at(low).max(at(high)) + ((high - low + 1) as f64).ln()).min(0.0)
    }

    /// The law on these problems under this over-dispersion, given the mean.
    pub fn law(&self, set: ProblemSet, dispersion: f64) -> EvaluationLaw {
        let trials = if set.shared == 0.0 { None } else { Some(set.trials()) };
        let tally = trials.map_or(self.tally, |trials| {
            let nearest = (self.tally.k / set.scale()).round() as u64;
            DispersedTally::new(nearest.min(trials), trials)
        });
        EvaluationLaw {
            exact: tally.dispersed(dispersion),
            size: 1.0 / dispersion - 1.0,
            trials: trials.unwrap_or(self.answers()),
            alone: self.span.0 == self.span.1 && trials.is_none(),
            span: self.span,
            set,
        }
    }
}

/// The law of an evaluation, given its mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct EvaluationLaw {
    exact: Dispersed,
    /// a + b of the beta law.
    size: f64,
    /// Independent trials that the answers are worth.
    trials: u64,
    /// Whether one number of wrong trials stands behind what was measured.
    alone: bool,
    /// Wrong answers that are possible.
    span: (u64, u64),
    set: ProblemSet,
}

impl EvaluationLaw {
    /// ln probability of what was measured, under mean `p` of all problems.
    pub fn log_probability(&self, p: f64) -> f64 {
        let p = self.set.error(p);
        if self.alone {
            return self.exact.log_probability(p);
        }
        let (first, last) = self.reach();
        if last - first < MOST_TERMS {
            let (most, terms) = self.terms(p, (first, last));
            return (most + terms.iter().sum::<f64>().ln()).min(0.0);
        }
        self.on_nodes(p).min(0.0)
    }

    /// Wrong trials drawn from those that are possible, given the mean of all problems; and trials.
    pub fn draw(&self, p: f64, rng: &mut ChaCha8Rng) -> (u64, u64) {
        if self.alone {
            return (self.span.0, self.trials);
        }
        let p = self.set.error(p);
        let (first, last) = self.clipped(p, self.reach());
        let (_, terms) = self.terms(p, (first, last));
        let mut left = rng.random::<f64>() * terms.iter().sum::<f64>();
        let passed = |term: &f64| {
            left -= term;
            left < 0.0
        };
        (terms.iter().position(passed).map_or(last, |place| first + place as u64), self.trials)
    }

    /// The fewest and the most wrong trials that may be measured as what was.
    fn reach(&self) -> (u64, u64) {
        let (low, high) = self.span;
        if self.set.shared == 0.0 {
            return (low, high);
        }
        let per = 1.0 / self.set.scale();
        // The counts beside the span are left out: their weight is 0.
        let first = ((low as f64 - 1.0) * per + 1e-9).floor() + 1.0;
        let last = ((high as f64 + 1.0) * per - 1e-9).ceil() - 1.0;
        (first.max(0.0) as u64, (last as u64).min(self.trials))
    }

    /// Probability that this number of wrong trials gives the measurement.
    fn weight(&self, wrong: u64) -> f64 {
        if self.set.shared == 0.0 {
            return 1.0;
        }
        let count = wrong as f64 * self.set.scale();
        let (low, high) = (self.span.0 as f64, self.span.1 as f64);
        (1.0 - (low - count).max(count - high).max(0.0)).max(0.0)
    }

    /// The part of a reach that holds all but a negligible part of its probability; where it holds nothing else, its end.
    fn clipped(&self, p: f64, (low, high): (u64, u64)) -> (u64, u64) {
        let n = self.trials as f64;
        let sd = (n * p * (1.0 - p) * (1.0 + (n - 1.0) / (self.size + 1.0))).sqrt();
        let from = (n * p - FARTHEST * sd - FARTHEST).max(0.0) as u64;
        let to = (n * p + FARTHEST * sd + FARTHEST) as u64;
        (low.max(from.min(high)), high.min(to.max(low)))
    }

    /// ln probability of the likeliest number of wrong trials near the mean, and those of all numbers from one to another
    /// over it, times their weights.
    fn terms(&self, p: f64, (first, last): (u64, u64)) -> (f64, Vec<f64>) {
        let p = Dispersed::possible(p);
        let (n, a, b) = (self.trials as f64, p * self.size, (1.0 - p) * self.size);
        let start = ((n * p) as u64).clamp(first, last);
        // P(k + 1) / P(k).
        let rise = |k: u64| {
            let k = k as f64;
            (n - k) * (a + k) / ((k + 1.0) * (b + n - k - 1.0))
        };
        let mut terms = vec![1.0; (last - first + 1) as usize];
        let (below, above) = terms.split_at_mut((start - first) as usize);
        let mut term = 1.0;
        for (slot, k) in below.iter_mut().rev().zip((first..start).rev()) {
            term /= rise(k);
            *slot = term;
        }
        term = 1.0;
        for (slot, k) in above.iter_mut().skip(1).zip(start..last) {
            term *= rise(k);
            *slot = term;
        }
        terms.iter_mut().zip(first..).for_each(|(term, k)| *term *= self.weight(k));
        (self.exact.at(start as f64).log_probability(p), terms)
    }

    /// The sum over the reach as an integral over the logit of the wrong trials, by the midpoint rule; the ends 0 and n by
    /// themselves.
    fn on_nodes(&self, p: f64) -> f64 {
        let (n, (low, high)) = (self.trials as f64, self.clipped(p, self.reach()));
        let log_at = |k: f64| self.exact.at(k).log_probability(p);
        let logit = |k: f64| ((k + 0.5) / (n - k + 0.5)).ln();
        let inside = |k: f64| k.clamp(0.5, n - 0.5);
        let (from, to) = (logit(inside(low as f64 - 0.5)), logit(inside(high as f64 + 0.5)));
        let width = (to - from) / f64::from(NODES);
        let ends = [0, self.trials].into_iter().filter(|end| (low..=high).contains(end));
        let mut logs: Vec<f64> = ends.map(|end| log_at(end as f64)).collect();
        logs.extend((0..NODES).map(|node| {
            let odds = (from + (f64::from(node) + 0.5) * width).exp();
            let share = odds / (1.0 + odds);
            log_at(share * (n + 1.0) - 0.5) + (width * (n + 1.0) * share * (1.0 - share)).ln()
        }));
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + logs.iter().map(|log| (log - most).exp()).sum::<f64>().ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::LoopChecks;
    use crate::fit::TrainingMode;
    use crate::fit::learner::{LoopModel, SlipUnit};
    use crate::fit::prior::{PARAMETERS, PriorSet};
    use approx::assert_relative_eq;

    fn evaluation(wrong: u64, within: u64, evaluated: u64) -> Evaluation {
        Evaluation::of(&LogRow { wrong, evaluated, wrong_within: Some(within), ..LogRow::default() })
    }

    const FRESH: ProblemSet = ProblemSet { answers: 0, shared: 0.0, level: 0.0 };

    const CASES: [(f64, f64); 6] = [(0.3, 0.05), (0.01, 1e-4), (0.9, 0.3), (0.5, 1e-9), (1e-9, 0.5), (0.002, 0.02)];

    #[test]
    fn intervals_that_tile_all_counts_sum_to_one() {
        for (tiles, within) in [(3, 1), (7, 2), (87, 7), (5, 450)] {
            let width = 2 * within + 1;
            let n = tiles * width - 1;
            for (p, dispersion) in CASES {
                let of = |tile: u64| evaluation(tile * width + within, within, n).law(FRESH, dispersion);
                let total: f64 = (0..tiles).map(|tile| of(tile).log_probability(p).exp()).sum();
                // More counts than are summed one by one stand on nodes.
                let slack = if width <= MOST_TERMS { 1e-5 } else { 0.01 };
                assert!((total - 1.0).abs() < slack, "{n} {within} {p} {dispersion}: {total}");
            }
        }
    }

    /// Whatever the share and the level, and however few the problems.
    #[test]
    fn counts_on_the_same_problems_sum_to_one_and_keep_their_mean_and_noise() {
        for (answers, shared, level) in
            [(4, 0.5, 0.0), (30, 0.3, 1.0), (30, 0.95, -2.0), (200, 0.7, 0.4), (1, 0.6, 0.0)]
        {
            let set = ProblemSet { answers, shared, level };
            for (p, dispersion) in CASES {
                let law = |k| Evaluation::exactly(k, answers).law(set, dispersion).log_probability(p).exp();
                let moment = |power| (0..=answers).map(|k| (k as f64).powi(power) * law(k)).sum::<f64>();
                let (n, s) = (answers as f64, set.error(p).clamp(1e-9, 1.0 - 1e-9));
                assert_relative_eq!(moment(0), 1.0, max_relative = 1e-5);
                assert_relative_eq!(moment(1), n * s, max_relative = 1e-5, epsilon = 1e-6);
                let worth = set.trials() as f64;
                let noise = n * n * s * (1.0 - s) * (1.0 / worth + (1.0 - 1.0 / worth) * dispersion);
                let added = moment(2) - moment(1).powi(2) - noise;
                assert!((-1e-4..0.2501).contains(&added), "{answers} {shared} {p} {dispersion}: {added}");
                let tiled = [(0, 1), (2, 4)].iter().map(|&(low, high)| {
                    let span = Evaluation { span: (low, high.min(answers)), ..Evaluation::exactly(low, answers) };
                    span.law(set, dispersion).log_probability(p).exp()
                });
                if answers == 4 {
                    assert_relative_eq!(tiled.sum::<f64>(), 1.0, max_relative = 1e-5);
                }
            }
        }
    }

    #[test]
    fn one_count_is_the_count_and_all_counts_are_certain() {
        for (p, dispersion) in CASES {
            let exact = DispersedTally::new(7, 30).dispersed(dispersion).log_probability(p);
            assert_eq!(evaluation(7, 0, 30).law(FRESH, dispersion).log_probability(p), exact);
            assert_relative_eq!(evaluation(15, 15, 30).law(FRESH, dispersion).log_probability(p), 0.0, epsilon = 1e-9);
            assert_relative_eq!(evaluation(15, 30, 30).law(FRESH, dispersion).log_probability(p), 0.0, epsilon = 1e-9);
            let all = evaluation(50_000, 50_000, 100_000).law(FRESH, dispersion).log_probability(p);
            assert!(all > -0.01, "{p} {dispersion}: {all}");
        }
    }

    #[test]
    fn nodes_stand_for_counts() {
        for (n, wrong, within) in [(20_000, 6000, 200), (20_000, 150, 150), (100_000, 60, 500), (100_000, 99_900, 400)]
        {
            for (p, dispersion) in CASES {
                let law = evaluation(wrong, within, n).law(FRESH, dispersion);
                let (most, terms) = law.terms(p, law.clipped(p, law.span));
                let exact = most + terms.iter().sum::<f64>().ln();
                let nodes = law.on_nodes(p);
                // What no loop would be believed under need not be known to the last digit.
                let slack = if exact > -8.0 { 0.01 } else { 0.02 * exact.abs() };
                if exact > -200.0 {
                    assert!((nodes - exact).abs() < slack, "{n} {wrong} {within} {p} {dispersion}: {nodes} {exact}");
                }
            }
        }
    }

    #[test]
    fn no_mean_makes_an_interval_more_probable_than_its_bound() {
        for (wrong, within, n) in [(3, 1, 20), (0, 2, 20), (19, 4, 20), (40, 8, 1319), (10, 0, 20)] {
            let evaluation = evaluation(wrong, within, n);
            for share in 0..=200 {
                for dispersion in [1e-9, 1e-3, 0.1, 0.5] {
                    let log = evaluation.law(FRESH, dispersion).log_probability(f64::from(share) / 200.0);
                    assert!(log <= evaluation.most_probable() + 1e-9);
                }
            }
        }
    }

    #[test]
    fn drawn_counts_follow_their_law() {
        let law = evaluation(30, 5, 100).law(FRESH, 0.01);
        let (p, draws) = (0.33, 20_000);
        let mut rng = crate::fit::sampler::stream(4, 0);
        let mut counts = [0_u32; 11];
        (0..draws).for_each(|_| counts[(law.draw(p, &mut rng).0 - 25) as usize] += 1);
        let (_, terms) = law.terms(p, law.span);
        let total: f64 = terms.iter().sum();
        let expected = |term: &f64| term / total * f64::from(draws);
        let chi: f64 =
            counts.iter().zip(&terms).map(|(&k, t)| (f64::from(k) - expected(t)).powi(2) / expected(t)).sum();
        // χ² with 10 degrees of freedom at a level of 0.001.
        assert!(chi < 29.6, "{chi}");
        assert_eq!(evaluation(30, 0, 100).law(FRESH, 0.01).draw(p, &mut rng), (30, 100));
    }

    #[test]
    fn answers_that_share_a_problem_keep_their_interval() {
        let row =
            LogRow { wrong: 120, evaluated: 400, wrong_within: Some(8), independent: Some(100), ..LogRow::default() };
        assert_eq!((row.independent_counts(), row.independent_span()), ((30, 100), (28, 32)));
    }

    #[test]
    fn counts_that_the_measurement_excludes_are_improbable() {
        use crate::fit::log::LogRun;
        use crate::fit::stage::{UsedMeasurements, stages};
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let learner = LoopModel::new(&priors, &priors.at(&[0.0; PARAMETERS]), 1.0, SlipUnit::Step);
        let row = LogRow { wrong: 60, evaluated: 200, wrong_within: Some(10), ..LogRow::default() };
        let used = UsedMeasurements {
            audits: false,
            per_step: true,
            yields: false,
            unanimity: false,
            rejections: false,
            same_problems: false,
            moves: false,
        };
        let stage = stages(&LogRun { name: String::new(), rows: vec![row] }, used).remove(0);
        let (slip, law) = (learner.slip_at(0.0), stage.measured(&learner));
        let log = |count: f64| {
            let x = count / learner.examples as f64;
            law.log_probability(&learner.at(x, slip, 1.0), || 0.0)
        };
        let (low, high) = stage.possible(&learner, slip);
        let most = (0..=learner.examples).map(|count| log(count as f64)).fold(f64::NEG_INFINITY, f64::max);
        assert!(low > 0.0 || high < learner.examples as f64, "the window must exclude something");
        let outside = (0..=learner.examples).map(|count| count as f64).filter(|count| *count < low || *count > high);
        outside.for_each(|count| assert!(log(count) < most - 10.0, "{count}: {} against {most}", log(count)));
    }
}

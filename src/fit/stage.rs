//! One generation of a log as the likelihood sees it: which of its measurements are used, and how probable they are.

use rand::rngs::ChaCha8Rng;

use super::evaluation::{Evaluation, EvaluationLaw, ProblemSet};
use super::learner::{LoopModel, Prediction};
use super::log::LogRun;
use super::moves::{MovesAhead, PairLaw};
use super::tally::{Dispersed, DispersedTally};
use crate::scenario::FitParameter;

/// Half-widths of windows of counts, in standard deviations.
pub(super) const REACH: f64 = 5.5;

/// One generation of a run as the likelihood sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct LogStage {
    /// Generations since the run's first.
    pub elapsed: f64,
    /// L.
    pub steps: f64,
    /// Whether an evaluation may be foreseen with certainty: on the same problems answers barely vary.
    certain: bool,
    /// Wrong answers of the evaluation; `None` where the log has a gap.
    wrong: Option<Evaluation>,
    /// Wrong among the kept, and whether counted in the belief's own unit.
    kept_wrong: Option<(DispersedTally, bool)>,
    /// Kept of the attempted.
    accepted: Option<DispersedTally>,
    /// Unanimous of the kept.
    unanimous: Option<DispersedTally>,
    /// What became of its problems by the next evaluation.
    moves: Option<MovesAhead>,
}

/// Which measurements of a log are used beside its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UsedMeasurements {
    /// Wrong among the kept.
    pub audits: bool,
    /// Wrong steps rather than wrong solutions, where both were counted.
    pub per_step: bool,
    /// Kept of the attempted.
    pub yields: bool,
    /// Unanimous of the kept.
    pub unanimity: bool,
    /// Whether what the candidates agree on may be rejected all the same, as far as the log shows.
    pub rejections: bool,
    /// Whether every generation answers the same problems.
    pub same_problems: bool,
    /// What became of each problem.
    pub moves: bool,
}

impl UsedMeasurements {
    /// Parameters on which nothing that is used depends.
    pub fn silent(self) -> impl Iterator<Item = FitParameter> {
        [
            (!self.audits, FitParameter::AuditDispersion),
            (!self.yields || !self.rejections, FitParameter::PassRight),
            (!self.yields, FitParameter::YieldDispersion),
            (!self.unanimity, FitParameter::Unanimity),
            (!self.same_problems, FitParameter::SharedNoise),
            (!self.same_problems, FitParameter::Level),
            (!self.moves, FitParameter::SlipRecurrence),
        ]
        .into_iter()
        .filter_map(|(silent, parameter)| silent.then_some(parameter))
    }
}

/// Prepares a run: one stage per generation from its first to its last, gaps included.
pub(super) fn stages(run: &LogRun, used: UsedMeasurements) -> Vec<LogStage> {
    let Some(first) = run.rows.first() else { return Vec::new() };
    let mut stages: Vec<LogStage> = Vec::with_capacity(run.rows.len());
    let mut steps = first.steps.unwrap_or(1) as f64;
    for row in &run.rows {
        let moves = row.moves().filter(|moves| used.moves && moves.paired() > 0);
        let elapsed = (row.generation - first.generation) as f64;
        let next_steps = row.steps.map_or(steps, |steps| steps as f64);
        let missing = elapsed as usize - stages.len();
        if let (Some(moves), Some(earlier)) = (moves, stages.last_mut()) {
            earlier.moves = Some(MovesAhead::new(&moves, missing as u64 + 1, next_steps));
        }
        for gap in 1..=missing {
            // In a gap the curriculum is taken to grow evenly.
            let share = gap as f64 / (missing + 1) as f64;
            let elapsed = stages.len() as f64;
            let steps = (steps + share * (next_steps - steps)).round();
            stages.push(LogStage { elapsed, steps, ..LogStage::default() });
        }
        steps = next_steps;
        let whole = row.audited.is_none_or(|audited| Some(audited) == row.kept);
        let units = row.kept_wrong_steps.zip(row.kept_steps).filter(|(_, n)| used.per_step && whole && *n > 0);
        let solutions = row.kept_wrong.zip(row.audited.or(row.kept)).filter(|(_, n)| *n > 0);
        let tally = |(k, n)| DispersedTally::new(k, n);
        let kept_wrong = units.map(|(k, n)| (DispersedTally::new(k, n), true));
        let kept_wrong = kept_wrong.or_else(|| solutions.map(|(k, n)| (DispersedTally::new(k, n), false)));
        stages.push(LogStage {
            elapsed,
            steps,
            certain: used.same_problems,
            wrong: Some(Evaluation::of(row)),
            kept_wrong: kept_wrong.filter(|_| used.audits),
            accepted: row.kept.zip(row.generated).filter(|(_, n)| used.yields && *n > 0).map(tally),
            unanimous: row.unanimous.zip(row.kept).filter(|(_, n)| used.unanimity && *n > 0).map(tally),
            moves: None,
        });
    }
    stages
}

impl LogStage {
    /// Independent answers of the evaluation; 0 in a gap.
    pub fn evaluated(&self) -> u64 {
        self.wrong.map_or(0, |wrong| wrong.answers())
    }

    /// Wrong trials, drawn from those that are possible given their mean, and trials in all; 0 of 0 in a gap.
    pub fn wrong_drawn(&self, learner: &LoopModel, mean: f64, rng: &mut ChaCha8Rng) -> (u64, u64) {
        self.wrong_law(learner).map_or((0, 0), |law| law.draw(mean, rng))
    }

    /// The problems of the evaluation.
    pub fn problems(&self, learner: &LoopModel) -> ProblemSet {
        ProblemSet::of(learner, self.evaluated())
    }

    /// The law of the wrong answers, given its mean.
    fn wrong_law(&self, learner: &LoopModel) -> Option<EvaluationLaw> {
        self.wrong.map(|wrong| wrong.law(self.problems(learner), learner.dispersion))
    }

    /// The laws of what was measured, given their means.
    pub fn measured(&self, learner: &LoopModel) -> StageMeasurement {
        let of = |tally: Option<DispersedTally>, dispersion: f64| tally.map(|tally| tally.dispersed(dispersion));
        StageMeasurement {
            wrong: self.wrong_law(learner),
            kept_wrong: self.kept_wrong.map(|(tally, units)| (tally.dispersed(learner.audit_dispersion), units)),
            accepted: of(self.accepted, learner.yield_dispersion),
            unanimous: of(self.unanimous, learner.yield_dispersion),
        }
    }

    /// The largest ln probability of what was measured that any loop gives.
    pub fn most_probable(&self) -> f64 {
        let kept_wrong = self.kept_wrong.map(|(tally, _)| tally);
        let tallies = [kept_wrong, self.accepted, self.unanimous];
        let wrong = self.wrong.filter(|_| !self.certain).map_or(0.0, |wrong| wrong.most_probable());
        let counted = tallies.iter().flatten().map(DispersedTally::most_probable).fold(wrong, |sum, one| sum + one);
        self.moves.as_ref().map_or(counted, |moves| counted + moves.most_probable())
    }

    /// ln probability of what became of its problems by the next evaluation, at each share of wrong beliefs; `None` where
    /// nothing is known of it.
    pub fn moved(&self, learner: &LoopModel, shares: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
        let moves = self.moves.as_ref()?;
        let law = moves.dispersed(learner.dispersion);
        let at = |x: f64| law.log_probability(&PairLaw::of(learner, x, (self.elapsed, self.steps), moves));
        Some(shares.map(at).collect())
    }

    /// The counts that the measurement leaves possible.
    pub fn possible(&self, learner: &LoopModel, slip: f64) -> (f64, f64) {
        let examples = learner.beliefs(self.steps) as f64;
        let Some(wrong) = self.wrong else { return (0.0, examples) };
        let (n, (lowest, highest)) = (wrong.answers() as f64, wrong.rates());
        let reach = |seen: f64| REACH * ((seen * (1.0 - seen) + 1.0 / n) * (1.0 / n + learner.dispersion)).sqrt();
        let highest = highest + reach(highest);
        // Up to a guesser's share the error rate rises with the wrong share; above it, it barely changes.
        let guess = learner.guess();
        let count_at = |error: f64| {
            let (mut low, mut high) = (0.0, guess);
            for _ in 0..12 {
                let middle = 0.5 * (low + high);
                if learner.error(middle, slip, self.steps) < error { low = middle } else { high = middle }
            }
            0.5 * (low + high) * examples
        };
        let most = learner.error(guess, slip, self.steps).min(learner.error(1.0, slip, self.steps));
        // Where more was wrong than any count explains, the counts that explain most of it must stay.
        let least = lowest.min(most) - reach(lowest);
        let low = if least <= 0.0 { 0.0 } else { (count_at(least).floor() - 1.0).max(0.0) };
        let high = if highest >= most { examples } else { (count_at(highest).ceil() + 1.0).min(examples) };
        (low, high)
    }
}

/// What one generation measured, as laws that await their means.
pub(super) struct StageMeasurement {
    wrong: Option<EvaluationLaw>,
    kept_wrong: Option<(Dispersed, bool)>,
    accepted: Option<Dispersed>,
    unanimous: Option<Dispersed>,
}

impl StageMeasurement {
    /// ln probability of what was measured.
    pub fn log_probability(&self, moment: &Prediction, unanimous: impl FnOnce() -> f64) -> f64 {
        let of = |law: &Option<Dispersed>, mean: f64| law.map_or(0.0, |law| law.log_probability(mean));
        let kept_wrong = self.kept_wrong.map_or(0.0, |(law, units)| {
            law.log_probability(if units { moment.kept_wrong_units } else { moment.kept_wrong })
        });
        kept_wrong
            + self.wrong.map_or(0.0, |law| law.log_probability(moment.error))
            + of(&self.accepted, moment.accepted)
            + self.unanimous.map_or(0.0, |law| law.log_probability(unanimous()))
    }
}

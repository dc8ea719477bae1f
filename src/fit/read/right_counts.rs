//! Right answers by problem: what a file of answers is worth as one evaluation.

use std::collections::{BTreeMap, HashMap};

use super::pairs::{self, PairedAnswers, answer_hash, held};
use super::problems::TOO_MANY;
use super::read_error::ReadError;
use super::record::MetricScore;
use super::{ReadOptions, json, some};

/// Right answers by problem.
#[derive(Default)]
pub(super) struct RightTally {
    problems: BTreeMap<String, (f64, u64)>,
    /// The hashes of a problem and of the answer to it, where that is known.
    given: HashMap<u64, u64>,
    fractional: bool,
}

impl RightTally {
    /// One answer, or the mean of several, to a problem.
    pub fn add(&mut self, id: &str, right: f64) {
        self.fractional |= right.fract() != 0.0;
        self.add_counts(id, right, 1);
    }

    /// Whether there is no answer.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// One answer, with its text.
    pub fn add_given(&mut self, id: &str, right: f64, answer: Option<&str>) {
        if let Some(answer) = answer.and_then(answer_hash) {
            self.given.insert(pairs::hash(&held(id)), answer);
        }
        self.add(id, right);
    }

    /// The answers by problem.
    fn answers(&self) -> PairedAnswers {
        let mut answers = PairedAnswers::default();
        for (id, (right, count)) in &self.problems {
            let single = *count == 1 && right.fract() == 0.0;
            let id = pairs::hash(id);
            answers.add(id, single.then_some(*right > 0.0), self.given.get(&id).copied());
        }
        answers
    }

    /// Several answers to a problem, some of them right.
    pub fn add_counts(&mut self, id: &str, right: f64, answers: u64) {
        let own = self.problems.entry(held(id)).or_default();
        own.0 += right;
        own.1 = own.1.saturating_add(answers);
    }

    /// The metric over all problems, with what its answers are worth where problems have several.
    pub fn score(&self, name: &str, options: &ReadOptions) -> Result<MetricScore, ReadError> {
        let repeats = if self.fractional { options.samples_per_problem.unwrap_or(1).max(1) } else { 1 };
        if self.fractional && repeats == 1 {
            return Ok(self.averaged(name));
        }
        let scale = |right: f64| right * repeats as f64;
        let unsound = self.problems.values().find(|(right, _)| (scale(*right) - scale(*right).round()).abs() > 1e-6);
        if let Some((share, _)) = unsound {
            return Err(ReadError::new(format!(
                "{share} of {repeats} answers is not a whole number of right ones; is --samples-per-problem right?"
            )));
        }
        let right: f64 = self.problems.values().map(|(right, _)| scale(*right).round()).sum();
        let answers: f64 = self.problems.values().map(|(_, answers)| *answers as f64 * repeats as f64).sum();
        let answers = json::whole(answers).ok_or_else(|| ReadError::new(TOO_MANY))?;
        let mut score = MetricScore::right(name, right as u64, answers);
        score.independent = self.worth(repeats);
        score.answers = self.answers();
        Ok(score)
    }

    /// Means over an unknown number of answers: the nearest count of problems.
    fn averaged(&self, name: &str) -> MetricScore {
        let right: f64 = self.problems.values().map(|(right, answers)| right / *answers as f64).sum();
        MetricScore::right(name, right.round() as u64, self.problems.len() as u64)
    }

    /// What a reader should know of problems that were answered several times.
    pub fn note(&self, options: &ReadOptions) -> Option<String> {
        let repeated = self.problems.values().any(|(_, answers)| *answers > 1);
        if self.fractional && options.samples_per_problem.is_none() {
            return Some(
                "the metric is a mean over several answers to each problem: counts are of problems, rounded; say --samples-per-problem k to count the answers"
                    .to_owned(),
            );
        }
        repeated.then(|| format!("{} answered several times", some(self.problems.len(), "problem", "problems")))
    }

    /// Independent answers that all are worth: answers over the design effect of answers that share a problem, by the ratio
    /// estimator of the variance of a mean over clusters (Cochran, Sampling Techniques, 1977, section 9).
    fn worth(&self, repeats: u64) -> Option<u64> {
        let answers: f64 = self.problems.values().map(|(_, answers)| *answers as f64 * repeats as f64).sum();
        let clusters = self.problems.len() as f64;
        if answers <= clusters {
            return None;
        }
        // Where all answers to a problem are the same: the variance is that of the problems, weighed by their answers.
        let squares = self.problems.values().map(|(_, own)| (*own as f64 * repeats as f64).powi(2)).sum::<f64>();
        let least = answers * answers / squares;
        if clusters < 2.0 {
            return Some(1);
        }
        let share = self.problems.values().map(|(right, _)| right * repeats as f64).sum::<f64>() / answers;
        let spread: f64 = self
            .problems
            .values()
            .map(|(right, own)| (right * repeats as f64 - share * *own as f64 * repeats as f64).powi(2))
            .sum();
        let variance = spread * clusters / (clusters - 1.0) / (answers * answers);
        let binomial = share * (1.0 - share);
        // All right or all wrong: nothing shows how alike the answers are; the least is what is certain.
        let worth = if variance > 0.0 && binomial > 0.0 { binomial / variance } else { least };
        Some(worth.clamp(least, answers).round() as u64)
    }
}

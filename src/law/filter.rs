//! The filters behind the vote (model.md, section 4): probabilities that an accepted example passes, by its kind.

use crate::scenario::{DifficultyClass, Filter};

use super::candidate::Answers;
use super::scalar::Scalar;

/// What passing a filter depends on besides the filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckCircumstances<S = f64> {
    /// L, steps of a solution.
    pub steps: u64,
    /// γ, probability that a candidate shows the systematic mistake of its problem.
    pub consistency: f64,
    /// π₁, probability that a base candidate is right.
    pub right: S,
    /// x_U + x_W, share of mistaken beliefs.
    pub mistaken: S,
}

/// Every filter of a loop at one generation, on problems of one difficulty. Most pass the same share at any composition, so
/// their product is formed once.
#[derive(Debug, Clone)]
pub(super) struct FilterChain {
    constant: Answers,
    /// Roundings in each of `constant`.
    roundings: f64,
    changing: Vec<Filter>,
}

impl FilterChain {
    pub fn new(filters: &[Filter], bin: &DifficultyClass) -> Self {
        let anywhere = CheckCircumstances { steps: bin.steps, consistency: bin.consistency, right: 1.0, mistaken: 0.0 };
        let mut constant = Answers { sound: 1.0, unsound: 1.0, systematic: 1.0, random: 1.0 };
        let mut changing = Vec::new();
        let mut roundings = 0.0;
        for filter in filters {
            roundings += 2.0 + filter_roundings(filter, bin.steps);
            match filter {
                Filter::Transform { .. } | Filter::SelfJudge { .. } => changing.push(*filter),
                other => constant = constant.times(&passing(other, &anywhere)),
            }
        }
        Self { constant, roundings, changing }
    }

    /// Passing probabilities.
    pub fn passing<S: Scalar>(&self, at: &CheckCircumstances<S>) -> Answers<S> {
        let constant = self.constant.map(|share| S::from(share).after(|_| self.roundings));
        self.changing.iter().fold(constant, |all, filter| all.times(&passing(filter, at)))
    }
}

/// Roundings in the passing probabilities of one filter, besides the usual two: a power has some for each unit of its logarithm.
fn filter_roundings(filter: &Filter, steps: u64) -> f64 {
    match filter {
        Filter::Steps { false_reject, .. } if false_reject.get() < 1.0 => {
            4.0 - 4.0 * steps as f64 * (-false_reject.get()).ln_1p()
        }
        _ => 0.0,
    }
}

/// Passing probabilities of one filter, by kind of example: the rows of the table in model.md, as complements.
#[must_use]
pub fn passing<S: Scalar>(filter: &Filter, at: &CheckCircumstances<S>) -> Answers<S> {
    let row = |sound: f64, unsound: f64, systematic: f64, random: f64| {
        Answers { sound, unsound, systematic, random }.map(S::from)
    };
    match *filter {
        Filter::Catch { random, systematic, unsound, false_reject } => {
            row(1.0 - false_reject.get(), 1.0 - unsound.get(), 1.0 - systematic.get(), 1.0 - random.get())
        }
        Filter::Outcome { sensitivity, false_reject } => {
            let (wrong, right) = (1.0 - sensitivity.get(), 1.0 - false_reject.get());
            row(right, right, wrong, wrong)
        }
        Filter::Steps { sensitivity, false_reject } => {
            let missed = 1.0 - sensitivity.get();
            row((at.steps as f64 * (-false_reject.get()).ln_1p()).exp(), missed, missed, missed)
        }
        Filter::CrossModel { agreement_on_error, error_rate } => {
            let right = 1.0 - error_rate.get();
            row(right, right, agreement_on_error.get(), 0.0)
        }
        Filter::Transform { invariance } => {
            Answers { sound: at.right, unsound: at.right, systematic: invariance.get().into(), random: S::default() }
        }
        Filter::GroundTruth { coverage, steps } => {
            let unseen = 1.0 - coverage.get();
            row(1.0, if steps { unseen } else { 1.0 }, unseen, unseen)
        }
        Filter::SelfJudge { sensitivity, false_reject, shared, steps } => {
            // From a mistaken belief it rejects at random, as often as it rejects what is right.
            let (missed, right) = (1.0 - sensitivity.get(), 1.0 - false_reject.get());
            let wrong = at.mistaken.complement() * missed + at.mistaken * right;
            let shared = shared.map_or(at.consistency, crate::quantity::Probability::get);
            Answers {
                sound: right.into(),
                unsound: if steps { wrong } else { right.into() },
                systematic: wrong * (1.0 - shared) + shared,
                random: wrong,
            }
        }
    }
}

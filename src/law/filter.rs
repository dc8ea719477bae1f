//! The filters behind the vote (model.md, section 4): probabilities that an accepted example passes, by its kind.

use crate::scenario::Filter;

use super::candidate::Answers;
use super::scalar::Scalar;

/// Every filter of a loop at one generation. All but `transform` pass the same share at any composition, so their product
/// is formed once.
#[derive(Debug, Clone)]
pub(super) struct Filters {
    constant: Answers,
    /// Roundings in each of `constant`.
    roundings: f64,
    invariances: Vec<f64>,
}

impl Filters {
    pub fn new(filters: &[Filter], steps: u64) -> Self {
        let mut constant = Answers { sound: 1.0, unsound: 1.0, systematic: 1.0, random: 1.0 };
        let mut invariances = Vec::new();
        let mut roundings = 0.0;
        for filter in filters {
            roundings += 2.0 + filter_roundings(filter, steps);
            match filter {
                Filter::Transform { invariance } => invariances.push(invariance.get()),
                other => constant = constant.times(&passing(other, steps, 1.0)),
            }
        }
        Self { constant, roundings, invariances }
    }

    /// Passing probabilities where a base candidate is right with probability `right`.
    pub fn passing<S: Scalar>(&self, right: S) -> Answers<S> {
        self.invariances
            .iter()
            .fold(self.constant.map(|share| S::from(share).after(|_| self.roundings)), |all, &invariance| {
                all.times(&restated(invariance.into(), right))
            })
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
pub fn passing(filter: &Filter, steps: u64, right: f64) -> Answers {
    match *filter {
        Filter::Catch { random, systematic, unsound, false_reject } => Answers {
            sound: 1.0 - false_reject.get(),
            unsound: 1.0 - unsound.get(),
            systematic: 1.0 - systematic.get(),
            random: 1.0 - random.get(),
        },
        Filter::Outcome { sensitivity, false_reject } => {
            let (wrong, right) = (1.0 - sensitivity.get(), 1.0 - false_reject.get());
            Answers { sound: right, unsound: right, systematic: wrong, random: wrong }
        }
        Filter::Steps { sensitivity, false_reject } => {
            let missed = 1.0 - sensitivity.get();
            let sound = (steps as f64 * (-false_reject.get()).ln_1p()).exp();
            Answers { sound, unsound: missed, systematic: missed, random: missed }
        }
        Filter::CrossModel { agreement_on_error, error_rate } => {
            let right = 1.0 - error_rate.get();
            Answers { sound: right, unsound: right, systematic: agreement_on_error.get(), random: 0.0 }
        }
        Filter::Transform { invariance } => restated(invariance.get(), right),
        Filter::SelfJudge { .. } => todo!(),
        Filter::GroundTruth { coverage, steps } => {
            let unseen = 1.0 - coverage.get();
            Answers { sound: 1.0, unsound: if steps { unseen } else { 1.0 }, systematic: unseen, random: unseen }
        }
    }
}

fn restated<S: Scalar>(invariance: S, right: S) -> Answers<S> {
    Answers { sound: right, unsound: right, systematic: invariance, random: S::default() }
}

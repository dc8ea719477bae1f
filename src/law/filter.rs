//! The filters behind the vote (model.md, section 4): probabilities that an accepted example passes, by its kind.

use crate::quantity::Probability;
use crate::scenario::{DifficultyClass, Filter};

use super::candidate::Answers;
use super::parameter::{LawParameter, Lift};
use super::scalar::{Over, Scalar};

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
pub(super) struct FilterChain<P = f64> {
    constant: Answers<P>,
    /// Roundings in each of `constant`.
    roundings: f64,
    changing: Vec<PassingLaw<P>>,
}

impl<P: Scalar> FilterChain<P> {
    pub fn new(filters: &[Filter], bin: &DifficultyClass<P>, lift: Lift<'_, P>) -> Self {
        let one = P::from(1.0);
        let mut constant = Answers { sound: one, unsound: one, systematic: one, random: one };
        let mut changing = Vec::new();
        let mut roundings = 0.0;
        for (index, filter) in filters.iter().enumerate() {
            roundings += 2.0 + filter_roundings(filter, bin.steps);
            let lift = |key, value| lift(LawParameter::of_list("filter", index, key), value);
            match PassingLaw::of(filter, bin.steps, bin.consistency, &lift) {
                PassingLaw::Constant(passing) => constant = constant.times(&passing),
                law => changing.push(law),
            }
        }
        Self { constant, roundings, changing }
    }

    /// Passing probabilities.
    pub fn passing<S: Over<P>>(&self, at: &CheckCircumstances<S>) -> Answers<S> {
        let constant = self.constant.map(|share| S::from(share).after(|_| self.roundings));
        self.changing.iter().fold(constant, |all, filter| all.times(&filter.at(at)))
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
    PassingLaw::of(filter, at.steps, at.consistency, &|_, value| value).at(at)
}

/// How the passing probabilities of one filter follow from the composition.
#[derive(Debug, Clone, Copy)]
enum PassingLaw<P> {
    /// Not at all.
    Constant(Answers<P>),
    /// Right answers pass as often as a base candidate is right.
    Restated { invariance: P },
    /// Judged by the model itself: missed, passed and shared are probabilities.
    SelfJudged { missed: P, right: P, shared: P, steps: bool },
}

impl<P: Scalar> PassingLaw<P> {
    /// Of a filter whose keys enter as `lift` says.
    fn of(filter: &Filter, steps: u64, consistency: P, lift: &dyn Fn(&'static str, f64) -> P) -> Self {
        let caught = |key, share: Probability| lift(key, share.get()).complement();
        let row = |sound, unsound, systematic, random| Self::Constant(Answers { sound, unsound, systematic, random });
        match *filter {
            Filter::Catch { random, systematic, unsound, false_reject } => row(
                caught("false_reject", false_reject),
                caught("unsound", unsound),
                caught("systematic", systematic),
                caught("random", random),
            ),
            Filter::Outcome { sensitivity, false_reject } => {
                let (wrong, right) = (caught("sensitivity", sensitivity), caught("false_reject", false_reject));
                row(right, right, wrong, wrong)
            }
            Filter::Steps { sensitivity, false_reject } => {
                let missed = caught("sensitivity", sensitivity);
                row(all_kept(steps, lift("false_reject", false_reject.get())), missed, missed, missed)
            }
            Filter::CrossModel { agreement_on_error, error_rate } => {
                let right = caught("error_rate", error_rate);
                row(right, right, lift("agreement_on_error", agreement_on_error.get()), P::default())
            }
            Filter::Transform { invariance } => Self::Restated { invariance: lift("invariance", invariance.get()) },
            Filter::GroundTruth { coverage, steps } => {
                let unseen = caught("coverage", coverage);
                row(P::from(1.0), if steps { unseen } else { P::from(1.0) }, unseen, unseen)
            }
            Filter::SelfJudge { sensitivity, false_reject, shared, steps } => Self::SelfJudged {
                missed: caught("sensitivity", sensitivity),
                right: caught("false_reject", false_reject),
                shared: shared.map_or(consistency, |shared| lift("shared", shared.get())),
                steps,
            },
        }
    }

    fn at<S: Over<P>>(&self, at: &CheckCircumstances<S>) -> Answers<S> {
        match *self {
            Self::Constant(passing) => passing.map(S::from),
            Self::Restated { invariance } => {
                Answers { sound: at.right, unsound: at.right, systematic: invariance.into(), random: S::default() }
            }
            Self::SelfJudged { missed, right, shared, steps } => {
                // From a mistaken belief it rejects at random, as often as it rejects what is right.
                let wrong = at.mistaken.complement() * missed + at.mistaken * right;
                Answers {
                    sound: right.into(),
                    unsound: if steps { wrong } else { right.into() },
                    systematic: wrong * shared.complement() + shared,
                    random: wrong,
                }
            }
        }
    }
}

/// Probability that none of this number of right steps is rejected.
fn all_kept<P: Scalar>(steps: u64, rejected: P) -> P {
    // 0 times the logarithm of 0 is no number.
    let kept = |down: u64, rejected: f64| match steps.checked_sub(down) {
        Some(0) => 1.0,
        Some(steps) => (steps as f64 * (-rejected).ln_1p()).exp(),
        None => 0.0,
    };
    let length = steps as f64;
    rejected.map(
        |rejected| kept(0, rejected),
        |rejected| -length * kept(1, rejected),
        |rejected| length * (length - 1.0) * kept(2, rejected),
    )
}

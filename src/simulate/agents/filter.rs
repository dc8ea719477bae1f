//! The filters, drawn one by one for each accepted example.

use crate::scenario::Filter;

use super::model::Model;
use super::{Answer, Stall};
use crate::simulate::stream::{Jump, Stream};

/// One filter, ready to draw.
#[derive(Debug)]
pub(super) struct Check {
    filter: Filter,
    /// From one right step that a `steps` filter rejects to the next.
    false_alarm: Jump,
}

impl Check {
    pub fn new(filter: &Filter) -> Self {
        let false_alarm = match filter {
            Filter::Steps { false_reject, .. } => false_reject.get(),
            _ => 0.0,
        };
        Self { filter: *filter, false_alarm: Jump::new(false_alarm) }
    }

    /// Whether an accepted example passes.
    ///
    /// # Errors
    /// As [`Model::base`], which a restatement of the problem is put to.
    pub fn passes(&self, example: Answer, model: &Model<'_>, stream: &mut Stream) -> Result<bool, Stall> {
        let right = matches!(example, Answer::Sound | Answer::Unsound);
        Ok(match self.filter {
            Filter::Catch { random, systematic, unsound, false_reject } => {
                let caught = match example {
                    Answer::Sound => false_reject,
                    Answer::Unsound => unsound,
                    Answer::Systematic => systematic,
                    Answer::Random => random,
                };
                !stream.happens(caught.get())
            }
            Filter::Outcome { sensitivity, false_reject } => {
                !stream.happens(if right { false_reject.get() } else { sensitivity.get() })
            }
            Filter::Steps { .. } if example == Answer::Sound => {
                self.false_alarm.within(model.era.steps, stream).is_none()
            }
            Filter::Steps { sensitivity, .. } => !stream.happens(sensitivity.get()),
            Filter::CrossModel { agreement_on_error, error_rate } => match example {
                Answer::Random => false,
                Answer::Systematic => stream.happens(agreement_on_error.get()),
                Answer::Sound | Answer::Unsound => !stream.happens(error_rate.get()),
            },
            Filter::Transform { invariance } => match example {
                Answer::Random => false,
                Answer::Systematic => stream.happens(invariance.get()),
                Answer::Sound | Answer::Unsound => {
                    matches!(model.base(stream)?, Answer::Sound | Answer::Unsound)
                }
            },
            Filter::GroundTruth { coverage, steps } => {
                let faulty = !right || (steps && example == Answer::Unsound);
                !(faulty && stream.happens(coverage.get()))
            }
        })
    }
}

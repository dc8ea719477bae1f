//! Problems of different difficulty (model.md, section 3a).

use serde::Serialize;

use crate::quantity::{Count, Probability};

use super::Scenario;
use super::key_table::key_table;

key_table! {
    /// One class of problems, as a file describes it: what is absent is that of the file.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Difficulty {
        /// Share of the problems.
        share: Probability = Probability::ONE;
        /// L of these problems.
        ///
        /// Steps of a solution at generation 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        steps: Option<Count> = None, example "8";
        /// ε on these problems.
        ///
        /// Probability of a slip at one step, at generation 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        step_error: Option<Probability> = None, example "0.02";
        /// σ on these problems.
        ///
        /// Share of fresh wrong outcomes that are systematic.
        #[serde(skip_serializing_if = "Option::is_none")]
        systematic_share: Option<Probability> = None, example "0.2";
        /// γ on these problems.
        ///
        /// Probability that a candidate shows the systematic mistake of its problem.
        #[serde(skip_serializing_if = "Option::is_none")]
        consistency: Option<Probability> = None, example "0.9";
        /// D on these problems.
        ///
        /// Number of wrong answers that random mistakes scatter over.
        #[serde(skip_serializing_if = "Option::is_none")]
        wrong_answers: Option<Count> = None, example "50";
    }
}

/// One class of problems at one generation, complete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifficultyClass<P = f64> {
    /// Share of the problems.
    pub share: P,
    /// L_g, steps of a solution.
    pub steps: u64,
    /// ε_g, probability of a slip at one step of a flawless model.
    pub step_error: P,
    /// Roundings in `step_error`.
    pub step_error_roundings: f64,
    /// σ, share of fresh wrong outcomes that are systematic.
    pub systematic_share: P,
    /// γ, probability that a candidate shows the systematic mistake of its problem.
    pub consistency: P,
    /// D, number of wrong answers that random mistakes scatter over; `None` when they never coincide.
    pub wrong_answers: Option<u64>,
}

impl Scenario {
    /// The classes of problems at `generation`; a file without `[[difficulty]]` has one, with all of the problems.
    #[must_use]
    pub fn bins(&self, generation: u64) -> Vec<DifficultyClass> {
        let whole = Difficulty::default();
        let written = if self.difficulty.is_empty() { std::slice::from_ref(&whole) } else { &self.difficulty[..] };
        written.iter().map(|difficulty| self.bin(difficulty, generation)).collect()
    }

    fn bin(&self, difficulty: &Difficulty, generation: u64) -> DifficultyClass {
        let errors = &self.errors;
        let slip = difficulty.step_error.unwrap_or(errors.step_error).get();
        DifficultyClass {
            share: difficulty.share.get(),
            steps: self.grown(difficulty.steps.unwrap_or(self.task.steps).get(), generation),
            step_error: self.slip(slip, generation),
            step_error_roundings: self.slip_roundings(generation),
            systematic_share: difficulty.systematic_share.unwrap_or(errors.systematic_share).get(),
            consistency: difficulty.consistency.unwrap_or(errors.consistency).get(),
            wrong_answers: difficulty.wrong_answers.or(errors.wrong_answers).map(Count::get),
        }
    }

    /// ε of every class of problems at generation 0.
    pub(super) fn first_slips(&self) -> impl Iterator<Item = f64> {
        let own = self.errors.step_error.get();
        let alike = self.difficulty.is_empty().then_some(own);
        alike.into_iter().chain(self.difficulty.iter().map(move |bin| bin.step_error.map_or(own, Probability::get)))
    }
}

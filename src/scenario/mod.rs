//! A self-training loop, as a file describes it and as the program runs on it.
//!
//! Two forms: `written` is what a person types (every key optional but the name), [`Scenario`] is complete and checked.
//! Only the second leaves this module. A [`Scenario`] serialises to the keys it was read from, so that the copy in a
//! result file is itself a scenario file.

mod builder;
mod claims;
mod cost;
mod defaults;
mod design;
mod diagnostic;
mod difficulty;
mod draws;
mod error;
mod filter;
mod fit_parameter;
mod fitted_loop;
mod form;
mod key_info;
mod key_number;
mod key_table;
mod load;
mod numbers;
mod overrides;
mod parts;
mod priors;
mod ranges;
mod read_designs;
mod read_filter;
mod resolve;
mod schedule;
mod schema;
mod toml_table;
mod wording;
mod written;

use crate::quantity::Count;

pub use builder::{KeyValue, ScenarioBuilder};
pub use claims::{
    FileClaims, LoopQuantity, PublishedRole, PublishedValue, QuantitySubject, StatedClaim, quantity_names,
};
pub use cost::{CheckPrice, Cost};
pub use design::Design;
pub use difficulty::{Difficulty, DifficultyClass};
pub use draws::PosteriorDraw;
pub use error::{NameError, Origin, ScenarioError, TextPosition};
pub use filter::{Filter, FilterStrength, Stronger, filter_kinds};
pub use fit_parameter::{FitParameter, MedianRange};
pub use fitted_loop::{DrawnDesigns, FittedDesigns, FittedLoop};
pub use key_info::{KeyInfo, TableInfo};
pub use key_number::KeyNumber;
pub use load::ScenarioFile;
pub use parts::{Errors, Failure, Learning, Policy, Start, Task, Vote};
pub use priors::{MOST_SPREAD, StatedPrior};
pub use ranges::KeyRange;
pub(crate) use resolve::legal_name;
pub use resolve::{MAX_CANDIDATES, MAX_PLURALITY};
pub use schema::{DRAWN, key_place, schema};

/// A complete, checked description of a self-training loop (model.md, section 7 for the defaults).
///
/// Its fields cannot be set from outside the crate, so that none breaks a rule: [`Scenario::builder`] makes one,
/// [`Scenario::with`] a variant. The tables within it are copies of legal values, and change nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub(crate) name: String,
    pub(crate) source: Option<String>,
    pub(crate) examples: Count,
    pub(crate) horizon: Count,
    pub(crate) task: Task,
    pub(crate) errors: Errors,
    pub(crate) difficulty: Vec<Difficulty>,
    pub(crate) learning: Learning,
    pub(crate) vote: Vote,
    pub(crate) filters: Vec<Filter>,
    pub(crate) start: Start,
    pub(crate) failure: Failure,
    pub(crate) cost: Option<Cost>,
}

impl Scenario {
    /// Short name; also the name of its report folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the numbers come from.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// N, the effective number of independent training examples of a generation.
    #[must_use]
    pub const fn examples(&self) -> Count {
        self.examples
    }

    /// Generations reported.
    #[must_use]
    pub const fn horizon(&self) -> Count {
        self.horizon
    }

    /// The task.
    #[must_use]
    pub const fn task(&self) -> &Task {
        &self.task
    }

    /// How mistakes are made.
    #[must_use]
    pub const fn errors(&self) -> &Errors {
        &self.errors
    }

    /// Problems of different difficulty; none: all are alike.
    #[must_use]
    pub fn difficulty(&self) -> &[Difficulty] {
        &self.difficulty
    }

    /// How examples are learned.
    #[must_use]
    pub const fn learning(&self) -> &Learning {
        &self.learning
    }

    /// The vote among candidates.
    #[must_use]
    pub const fn vote(&self) -> &Vote {
        &self.vote
    }

    /// The filters, in series.
    #[must_use]
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// What generation 0 believes.
    #[must_use]
    pub const fn start(&self) -> &Start {
        &self.start
    }

    /// When the loop has failed.
    #[must_use]
    pub const fn failure(&self) -> &Failure {
        &self.failure
    }

    /// What it costs, if prices are given.
    #[must_use]
    pub const fn cost(&self) -> Option<&Cost> {
        self.cost.as_ref()
    }
}

impl Scenario {
    /// Counts (unsound, wrong) of generation 0: the shares of `start` times N, to the nearest whole belief. Where the start
    /// is drawn they are its mean, rounded.
    #[must_use]
    pub fn start_counts(&self) -> (u64, u64) {
        let n = self.examples.as_f64();
        let unsound = (self.start.unsound.get() * n).round() as u64;
        let wrong = (self.start.wrong.get() * n).round() as u64;
        let wrong = wrong.min(self.examples.get() - unsound.min(self.examples.get()));
        (unsound.min(self.examples.get()), wrong)
    }

    /// Whether a vote or a filter stands between what is generated and what is trained on.
    #[must_use]
    pub fn has_checks(&self) -> bool {
        self.vote.candidates.get() > 1 || !self.filters.is_empty()
    }

    /// Whether unsound beliefs can arise or are there from the start, so that the count chain has two dimensions.
    #[must_use]
    pub fn has_unsound(&self) -> bool {
        let begun = if self.start.draw { self.start.unsound.get() > 0.0 } else { self.start_counts().0 > 0 };
        self.errors.recovery.get() > 0.0 || begun
    }
}

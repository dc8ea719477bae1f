//! Answers as they are counted.

use std::collections::BTreeMap;

/// Equal answers to one problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnswerGroup {
    /// What was answered, as a hash; absent where the files do not hold it.
    pub answer: Option<u64>,
    /// Whether it is right; absent where nobody checked.
    pub right: Option<bool>,
    /// How often it was given.
    pub given: u32,
    /// How often it was kept for training.
    pub kept: u32,
}

/// One generation's answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct GenerationAnswers {
    /// The generation, as the files name it.
    pub name: String,
    /// Groups of answers by problem, a long name of which stands as its hash.
    pub problems: BTreeMap<String, Vec<AnswerGroup>>,
    /// Whether its lines say which answers were kept; absent where there are none.
    pub(super) kept_known: Option<bool>,
    /// The files that its lines stand in.
    pub(super) files: Vec<String>,
}

/// Samples of one or more generations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSet {
    /// Where they came from, as the user named it.
    pub source: String,
    /// The keys that were taken, and what else a reader should know.
    pub notes: Vec<String>,
    /// Whether the files say which answers of the first generation were kept.
    pub kept_known: bool,
    /// Whether the files hold the answers themselves.
    pub answers_known: bool,
    /// The generations in order.
    pub generations: Vec<GenerationAnswers>,
    /// The key that says the generation.
    pub(super) generation_key: Option<String>,
    /// Whether all files are JSON lines.
    pub(super) lines: bool,
}

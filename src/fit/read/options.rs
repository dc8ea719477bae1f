//! What a file cannot say by itself.

/// Choices for reading logs; the default leaves all of them to the files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadOptions {
    /// Task of a harness's result, where it holds several.
    pub task: Option<String>,
    /// Metric to read, where there are several.
    pub metric: Option<String>,
    /// Filter of an lm-evaluation-harness metric, where there are several.
    pub filter: Option<String>,
    /// Test problems of each evaluation, where the file does not say.
    pub evaluated: Option<u64>,
    /// Columns by another name: (canonical name, name in the file).
    pub columns: Vec<(String, String)>,
    /// The metric is an error rate.
    pub lower_is_better: bool,
    /// An answer is right when its score is above this.
    pub right_above: Option<f64>,
    /// Answers to each problem, where the metric is a mean over them.
    pub samples_per_problem: Option<u64>,
    /// Key of a sample's problem.
    pub id: Option<String>,
    /// Key of a sample's answer.
    pub answer: Option<String>,
    /// Key of a sample's verdict.
    pub correct: Option<String>,
}

impl ReadOptions {
    /// The file's name of a canonical column, if `--columns` gives one.
    pub(super) fn column(&self, canonical: &str) -> Option<&str> {
        self.columns.iter().find(|(name, _)| name == canonical).map(|(_, own)| own.as_str())
    }
}

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

    /// Whether keys of single answers are named.
    pub(super) fn names_answers(&self) -> bool {
        self.id.is_some() || self.answer.is_some() || self.correct.is_some()
    }

    /// Keys that are named within others: `sample.id` is the `id` of `sample`.
    pub(super) fn paths(&self) -> Vec<&str> {
        let keys = [&self.id, &self.answer, &self.correct].into_iter().flatten().map(String::as_str);
        keys.chain(self.column("generation")).filter(|key| key.contains('.')).collect()
    }

    /// What a verdict says of an answer: "right", or "wrong" where the metric says what is wrong.
    pub(super) fn side(&self) -> &'static str {
        if self.lower_is_better { "wrong" } else { "right" }
    }

    /// A share of right answers, turned where the metric says what is wrong.
    pub(super) fn turned(&self, share: f64) -> f64 {
        if self.lower_is_better { 1.0 - share } else { share }
    }

    /// Every choice that was made: its option, the option as typed, and the others without it.
    fn without_each(&self) -> Vec<(&'static str, String, Self)> {
        let mut all = Vec::new();
        let mut add = |option: &'static str, value: Option<String>, change: &dyn Fn(&mut Self)| {
            if let Some(value) = value {
                let mut without = self.clone();
                change(&mut without);
                all.push((option, format!("--{option} {value}").trim_end().to_owned(), without));
            }
        };
        add("task", self.task.clone(), &|options| options.task = None);
        add("metric", self.metric.clone(), &|options| options.metric = None);
        add("filter", self.filter.clone(), &|options| options.filter = None);
        add("id", self.id.clone(), &|options| options.id = None);
        add("answer", self.answer.clone(), &|options| options.answer = None);
        add("correct", self.correct.clone(), &|options| options.correct = None);
        let text = |count: Option<u64>| count.map(|count| count.to_string());
        add("evaluated", text(self.evaluated), &|options| options.evaluated = None);
        add("samples-per-problem", text(self.samples_per_problem), &|options| options.samples_per_problem = None);
        add("lower-is-better", self.lower_is_better.then(String::new), &|options| options.lower_is_better = false);
        add("right-above", self.right_above.map(|limit| limit.to_string()), &|options| options.right_above = None);
        for (name, own) in &self.columns {
            let others = |options: &mut Self| options.columns.retain(|(other, _)| other != name);
            add("columns", Some(format!("{name}={own}")), &others);
        }
        all
    }

    /// What to say of choices that change nothing, except for those of `settled` options: `found` is a hash of what these options
    /// found, and `read` answers with that of what others find.
    pub(super) fn idle(
        &self,
        settled: &[&str],
        found: impl FnOnce() -> u64,
        read: impl Fn(&Self) -> Option<u64>,
    ) -> Option<String> {
        let made = self.without_each().into_iter().filter(|(option, ..)| !settled.contains(option)).collect::<Vec<_>>();
        let found = (!made.is_empty()).then(found)?;
        let same = made.into_iter().filter(|(.., without)| read(without) == Some(found));
        let idle: Vec<String> = same.map(|(_, typed, _)| typed).collect();
        let verb = if idle.len() == 1 { "has" } else { "have" };
        (!idle.is_empty()).then(|| format!("{} {verb} no effect: the files read the same without", idle.join(", ")))
    }
}

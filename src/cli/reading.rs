//! Options that say what the files of a log cannot.

use crate::fit::{FailureThreshold, FitOptions, LoopChecks, ReadOptions, TrainingMode};

use crate::scenario::MAX_CANDIDATES;

use super::typed::{TypedError, share};
use super::{UsageError, quoted};

/// What the files of a log cannot say by themselves.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reading logs")]
pub struct ReadingArgs {
    /// Task of a harness's result, where it holds several
    #[arg(long, value_name = "NAME")]
    pub task: Option<String>,
    /// Metric to read, where there are several: a share of right answers; `fit` takes two, and says where they part
    #[arg(long, value_name = "NAME")]
    pub metric: Vec<String>,
    /// Filter of an lm-evaluation-harness metric, where there are several
    #[arg(long, value_name = "NAME")]
    pub filter: Option<String>,
    /// Test problems of each evaluation, where the file holds rates only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub evaluated: Option<u64>,
    /// Columns under other names than the canonical ones: generation=iteration,evaluated=total,right=correct
    #[arg(long, value_name = "NAME=COLUMN,…", value_delimiter = ',', value_parser = column)]
    pub columns: Vec<(String, String)>,
    /// The metric is an error rate
    #[arg(long)]
    pub lower_is_better: bool,
    /// An answer is right when its score is above this, for shaped rewards
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub right_above: Option<f64>,
    /// Answers to each problem, where the metric is a mean over them
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    pub samples_per_problem: Option<u64>,
    /// Key that names a sample's problem
    #[arg(long, value_name = "KEY")]
    pub id: Option<String>,
    /// Key of a sample's answer, by which equal answers to one problem are known
    #[arg(long, value_name = "KEY")]
    pub answer: Option<String>,
    /// Key that says whether a sample is right
    #[arg(long, value_name = "KEY")]
    pub correct: Option<String>,
}

impl ReadingArgs {
    /// As the readers take it.
    pub(super) fn options(&self) -> Result<ReadOptions, UsageError> {
        match self.metric.as_slice() {
            [] => Ok(self.with_metric(None)),
            [metric] => Ok(self.of_metric(metric)),
            _ => Err(UsageError("only `fit` takes several metrics; give --metric once".to_owned())),
        }
    }

    /// As the readers take it, for one metric.
    pub(super) fn of_metric(&self, metric: &str) -> ReadOptions {
        self.with_metric(Some(metric.to_owned()))
    }

    fn with_metric(&self, metric: Option<String>) -> ReadOptions {
        ReadOptions {
            task: self.task.clone(),
            metric,
            filter: self.filter.clone(),
            evaluated: self.evaluated,
            columns: self.columns.clone(),
            lower_is_better: self.lower_is_better,
            right_above: self.right_above,
            samples_per_problem: self.samples_per_problem,
            id: self.id.clone(),
            answer: self.answer.clone(),
            correct: self.correct.clone(),
        }
    }

    /// The options as they can be typed again.
    pub(super) fn typed(&self) -> Vec<String> {
        let mut named: Vec<(&str, &String)> = self.task.iter().map(|task| ("task", task)).collect();
        named.extend(self.metric.iter().map(|metric| ("metric", metric)));
        let others = [("filter", &self.filter), ("id", &self.id), ("answer", &self.answer), ("correct", &self.correct)];
        named.extend(others.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?))));
        let mut words: Vec<String> =
            named.into_iter().map(|(option, value)| format!("--{option} {}", quoted(value))).collect();
        words.extend(self.evaluated.map(|count| format!("--evaluated {count}")));
        let columns: Vec<String> = self.columns.iter().map(|(name, own)| format!("{name}={own}")).collect();
        words.extend((!columns.is_empty()).then(|| format!("--columns {}", quoted(&columns.join(",")))));
        words.extend(self.lower_is_better.then(|| "--lower-is-better".to_owned()));
        words.extend(self.right_above.map(|limit| format!("--right-above {limit}")));
        words.extend(self.samples_per_problem.map(|k| format!("--samples-per-problem {k}")));
        words
    }
}

/// Whether generations answer the same problems.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ProblemArgs {
    /// Every generation answers the same problems: their difficulty is then not mistaken for a change; taken so by
    /// itself where the files show it
    #[arg(long, conflicts_with = "fresh_problems")]
    same_problems: bool,
    /// Every generation answers problems drawn afresh, even where the files look otherwise
    #[arg(long)]
    fresh_problems: bool,
}

impl ProblemArgs {
    /// What was asked for; `None` leaves it to the files.
    pub(super) fn same(self) -> Option<bool> {
        (self.same_problems || self.fresh_problems).then_some(self.same_problems)
    }

    /// The option as it can be typed again.
    pub(super) fn typed(self) -> Option<String> {
        self.same().map(|same| if same { "--same-problems" } else { "--fresh-problems" }.to_owned())
    }
}

/// How generations come one from another.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct TrainingArgs {
    /// Each generation is the one before, trained further [default: as the log suggests: anew on few kept examples,
    /// fine-tuned on many or an unknown number]
    #[arg(long, conflicts_with = "trained_anew")]
    fine_tuned: bool,
    /// Each generation is a new model, trained on the kept examples alone
    #[arg(long)]
    trained_anew: bool,
    /// Temperature at which the training sets were sampled: hotter loops run away faster
    #[arg(long, value_name = "T", value_parser = temperature)]
    temperature: Option<f64>,
    /// What checks the answers that are kept: `none`, `vote:3of5` (3 of 5 candidates must agree), or `other` [default:
    /// as the log counts what was generated and kept]
    #[arg(long, value_name = "CHECK", value_parser = checked)]
    checked: Option<CheckOption>,
    /// The wrong examples among the kept (`kept_wrong`) were put there by design: they say nothing of the checks
    #[arg(long)]
    planted: bool,
}

/// What checks the answers that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOption {
    None,
    /// A vote: how many of how many candidates must agree.
    Vote(u64, u64),
    Other,
}

fn checked(typed: &str) -> Result<CheckOption, TypedError> {
    let vote = |rule: &str| {
        let (agree, candidates) = rule.split_once("of")?;
        let (agree, candidates) = (agree.parse().ok()?, candidates.parse().ok()?);
        (candidates <= MAX_CANDIDATES && (1..=candidates).contains(&agree))
            .then_some(CheckOption::Vote(agree, candidates))
    };
    match typed {
        "none" => Some(CheckOption::None),
        "other" => Some(CheckOption::Other),
        _ => typed.strip_prefix("vote:").and_then(vote),
    }
    .ok_or(TypedError::Checks)
}

fn temperature(typed: &str) -> Result<f64, TypedError> {
    let value = typed.parse().ok().filter(|value| *value > 0.0 && *value <= 10.0);
    value.ok_or(TypedError::Temperature)
}

impl TrainingArgs {
    /// What was told of the design, put into the options of a fit.
    pub(super) fn tell(self, options: FitOptions) -> FitOptions {
        let (checks, vote) = match self.checked {
            None => (None, None),
            Some(CheckOption::None) => (Some(LoopChecks::None), None),
            Some(CheckOption::Vote(agree, candidates)) => (Some(LoopChecks::Some), Some((agree, candidates))),
            Some(CheckOption::Other) => (Some(LoopChecks::Some), None),
        };
        let audits = options.audits && !self.planted;
        FitOptions { training: self.told(), temperature: self.temperature, checks, vote, audits, ..options }
    }

    /// How generations are trained, where it was told.
    const fn told(self) -> Option<TrainingMode> {
        match (self.fine_tuned, self.trained_anew) {
            (true, _) => Some(TrainingMode::FineTuned),
            (_, true) => Some(TrainingMode::Anew),
            _ => None,
        }
    }

    /// The options as they can be typed again.
    pub(super) fn typed(self) -> impl Iterator<Item = String> {
        let training = self.told().map(|training| match training {
            TrainingMode::FineTuned => "--fine-tuned".to_owned(),
            TrainingMode::Anew => "--trained-anew".to_owned(),
        });
        let checked = self.checked.map(|checked| match checked {
            CheckOption::None => "--checked none".to_owned(),
            CheckOption::Vote(agree, candidates) => format!("--checked vote:{agree}of{candidates}"),
            CheckOption::Other => "--checked other".to_owned(),
        });
        let temperature = self.temperature.map(|temperature| format!("--temperature {temperature}"));
        let planted = self.planted.then(|| "--planted".to_owned());
        training.into_iter().chain(temperature).chain(checked).chain(planted)
    }
}

/// When a loop has failed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct FailureArgs {
    /// Error rate at which the loop has failed [default: 0.5, where some generation stood below that; else 0.1 above the
    /// lowest]
    #[arg(long, value_name = "ERROR_RATE", value_parser = share)]
    threshold: Option<f64>,
    /// Fail at this much above the lowest error rate measured, in place of --threshold
    #[arg(long, value_parser = share, conflicts_with = "threshold")]
    drop: Option<f64>,
}

impl FailureArgs {
    /// The threshold that was asked for; as the log suggests where none was.
    pub(super) const fn threshold(self) -> FailureThreshold {
        match (self.threshold, self.drop) {
            (_, Some(drop)) => FailureThreshold::Drop(drop),
            (Some(rate), None) => FailureThreshold::ErrorRate(rate),
            (None, None) => FailureThreshold::Chosen,
        }
    }

    /// The option as it can be typed again.
    pub(super) fn typed(self) -> Option<String> {
        let threshold = self.threshold.map(|rate| format!("--threshold {rate}"));
        threshold.or_else(|| self.drop.map(|drop| format!("--drop {drop}")))
    }
}

/// `name=column`.
fn column(text: &str) -> Result<(String, String), TypedError> {
    match text.split_once('=') {
        Some((name, column)) if !name.is_empty() && !column.is_empty() => Ok((name.to_owned(), column.to_owned())),
        _ => Err(TypedError::Column),
    }
}

//! Which of a file's metrics is a share of right answers, by its name and its values.

use std::collections::BTreeSet;

use super::column_names::counted_by_name;
use super::meaning::{MetricMeaning, MetricScope, NO_SHARE, meaning, of_training, scope, words};
use super::read_error::ReadError;
use super::record::{EvaluationRecord, MetricScore, ScoreValue};
use super::{ReadOptions, listed};

/// Metrics among which one is chosen by itself; a log of more has keys that are no metrics.
const MOST_METRICS: usize = 3_000;

/// Whether `--columns accuracy=NAME` says that this is a share of right answers.
fn declared(name: &str, options: &ReadOptions) -> bool {
    options.column("accuracy").is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// The metric that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChosenMetric {
    pub name: String,
    /// It counts wrong answers, or a share of them.
    pub falls: bool,
    pub notes: Vec<String>,
    /// Every other metric that could have been read.
    pub ignored: Vec<String>,
}

/// Chooses the metric to read.
pub(super) fn choose(
    records: &[EvaluationRecord],
    training_only: &[String],
    options: &ReadOptions,
) -> Result<ChosenMetric, ReadError> {
    let names = names(records);
    if let Some(wanted) = &options.metric {
        if names.is_empty() && !training_only.is_empty() {
            return Err(ReadError::new(format!(
                "there is no metric `{wanted}`; there is {}",
                listed(training_only.iter().map(String::as_str))
            )));
        }
        let name = named(wanted, &names)?;
        return accepted(&name, &names, records, options);
    }
    if let Some(name) = names.iter().find(|name| declared(name, options)) {
        return accepted(name, &names, records, options);
    }
    if names.len() > MOST_METRICS {
        return Err(ReadError::new(format!("there are {} metrics; choose one with --metric NAME", names.len())));
    }
    let falls =
        |name: &str| records.iter().flat_map(|record| &record.scores).any(|score| score.name == name && score.falls);
    let is_wanted = |name: &&str| {
        let fits = match meaning(name) {
            MetricMeaning::Error => options.lower_is_better,
            MetricMeaning::Right => options.lower_is_better == falls(name),
            _ => false,
        };
        fits && scope(name) != MetricScope::Training && is_share(name, records)
    };
    let fits: Vec<&str> = names.iter().map(String::as_str).filter(is_wanted).collect();
    let nearest = fits.iter().map(|name| scope(name)).min();
    let fits: Vec<&str> = fits.into_iter().filter(|name| Some(scope(name)) == nearest).collect();
    let counted: Vec<&str> = fits.iter().copied().filter(|name| is_count(name, records)).collect();
    // A plain metric comes before its averages over several answers and its votes.
    let plain: Vec<&str> = fits.iter().copied().filter(|name| !name.contains('@')).collect();
    let candidates = match (options.lower_is_better, counted.len(), plain.len()) {
        (false, 1, _) => counted,
        (false, _, 1) => plain,
        _ => fits,
    };
    match alike(&candidates, records).as_slice() {
        [only] => accepted(only, &names, records, options),
        [] => Err(ReadError::new(none(&names, training_only, options, records))),
        several => Err(ReadError::new(format!(
            "there are several metrics: {}; choose one with --metric NAME",
            listed(several.iter().copied())
        ))),
    }
}

fn names(records: &[EvaluationRecord]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let scores = records.iter().flat_map(|record| &record.scores);
    scores.map(|score| &score.name).filter(|name| seen.insert((*name).clone())).cloned().collect()
}

/// The name that was meant: spelt in full, or the only one with this end or these words.
fn named(wanted: &str, names: &[String]) -> Result<String, ReadError> {
    if let Some(name) = names.iter().find(|name| *name == wanted) {
        return Ok(name.clone());
    }
    let lower = wanted.to_lowercase();
    let close: Vec<&String> = names
        .iter()
        .filter(|name| {
            name.to_lowercase().split([',', '/', ' ', ':']).any(|part| part == lower)
                || name.eq_ignore_ascii_case(wanted)
        })
        .collect();
    match close.as_slice() {
        [only] => Ok((*only).clone()),
        [] if names.is_empty() => Err(ReadError::new("there is no metric here")),
        [] => Err(ReadError::new(format!(
            "there is no metric `{wanted}`; there is {}",
            listed(names.iter().map(String::as_str))
        ))),
        several => Err(ReadError::new(format!(
            "`{wanted}` fits several metrics: {}",
            listed(several.iter().map(|name| name.as_str()))
        ))),
    }
}

fn scores<'a>(name: &'a str, records: &'a [EvaluationRecord]) -> impl Iterator<Item = &'a MetricScore> {
    records.iter().flat_map(|record| &record.scores).filter(move |score| score.name == name)
}

/// Whether every value may be a share, in fractions or in percent, or a count.
fn is_share(name: &str, records: &[EvaluationRecord]) -> bool {
    scores(name, records).all(|score| match score.value {
        ScoreValue::Share(value, _) => (0.0..=100.0).contains(&value),
        ScoreValue::Right(_) => true,
    })
}

fn is_count(name: &str, records: &[EvaluationRecord]) -> bool {
    scores(name, records).all(|score| !matches!(score.value, ScoreValue::Share(..)))
}

/// Of metrics with the same values everywhere the first only.
fn alike<'a>(names: &[&'a str], records: &[EvaluationRecord]) -> Vec<&'a str> {
    let values = |name: &str| -> Vec<Option<(ScoreValue, Option<u64>)>> {
        records
            .iter()
            .map(|record| {
                record.scores.iter().find(|score| score.name == name).map(|score| (score.value, score.evaluated))
            })
            .collect()
    };
    let mut kept: Vec<(&str, Vec<_>)> = Vec::new();
    for name in names {
        let own = values(name);
        if !kept.iter().any(|(_, other)| *other == own) {
            kept.push((name, own));
        }
    }
    kept.into_iter().map(|(name, _)| name).collect()
}

/// Takes a metric, or says why it is no share of answers.
fn accepted(
    name: &str,
    names: &[String],
    records: &[EvaluationRecord],
    options: &ReadOptions,
) -> Result<ChosenMetric, ReadError> {
    let mut notes = Vec::new();
    let unit = scores(name, records)
        .all(|score| matches!(score.value, ScoreValue::Share(value, _) if (0.0..=1.0).contains(&value)));
    let file_says = scores(name, records).any(|score| score.falls);
    let declared = declared(name, options);
    if !is_count(name, records) && counted_by_name(name).is_some() {
        return Err(ReadError::new(format!(
            "`{name}` counts answers and is no share of them; read it from a table: --columns wrong={name} or right={name}, with --evaluated N"
        )));
    }
    match meaning(name) {
        MetricMeaning::Other(what) if !(declared && what == NO_SHARE) => {
            return Err(ReadError::new(format!("`{name}` is {what}; it says nothing of right answers")));
        }
        MetricMeaning::Error if !options.lower_is_better => {
            return Err(ReadError::new(error_by_name(name)));
        }
        _ if file_says && !declared && !options.lower_is_better => {
            return Err(ReadError::new(format!(
                "the file says that `{name}` is better when lower; read it as an error rate with --lower-is-better"
            )));
        }
        _ if declared => {}
        MetricMeaning::Reward if !unit => {
            return Err(ReadError::new(format!(
                "`{name}` is a reward whose values do not all lie in [0, 1]; it is no share of right answers"
            )));
        }
        MetricMeaning::Reward => {
            notes.push(format!("`{name}` is a reward, taken as the share of {} answers", options.side()));
        }
        MetricMeaning::Unknown if options.metric.is_some() => notes
            .push(format!("`{name}` is taken as the share of {} answers, which its name does not say", options.side())),
        MetricMeaning::Right if words(name).iter().any(|word| word == "reward" || word == "rewards") => {
            if !unit && !is_count(name, records) {
                return Err(ReadError::new(format!("`{name}` is a reward whose values do not all lie in [0, 1]")));
            }
            notes.push(format!("`{name}` is a reward; its name says accuracy and its values lie in [0, 1]"));
        }
        _ => {}
    }
    if !is_share(name, records) {
        return Err(ReadError::new(format!("`{name}` has values outside 0 to 100 %; it is no share of right answers")));
    }
    if meaning(name) == MetricMeaning::Right && words(name).iter().any(|word| word == "label" || word == "labels") {
        notes.push(format!("`{name}` is of labels: where these are of training, it says nothing of held-out problems"));
    }
    if scope(name) == MetricScope::Training {
        notes.push(format!("`{name}` is measured in training: it says nothing of held-out problems"));
    }
    let ignored = names.iter().filter(|other| *other != name).cloned().collect();
    Ok(ChosenMetric { name: name.to_owned(), falls: options.lower_is_better, notes, ignored })
}

/// The refusal of a metric that is an error rate by its name; or the verdict of one answer, where it says so.
fn error_by_name(name: &str) -> String {
    let of_answers = words(name).first().is_some_and(|word| word.starts_with("is_") || word == "is");
    if of_answers {
        return format!(
            "`{name}` says what is wrong by its name; of answers, one a line, say --correct {name} --lower-is-better"
        );
    }
    format!("`{name}` is an error rate by its name; read it as one with --lower-is-better")
}

/// Why nothing can be read.
fn none(names: &[String], training_only: &[String], options: &ReadOptions, records: &[EvaluationRecord]) -> String {
    let of = |wanted: fn(MetricMeaning) -> bool| -> Vec<&str> {
        names.iter().map(String::as_str).filter(|name| wanted(meaning(name)) && is_share(name, records)).collect()
    };
    let errors = of(|meaning| meaning == MetricMeaning::Error);
    let open = of(|meaning| matches!(meaning, MetricMeaning::Unknown | MetricMeaning::Reward));
    let falls = |name: &&str| scores(name, records).any(|score| score.falls) && meaning(name) == MetricMeaning::Right;
    let falling: Vec<&str> = names.iter().map(String::as_str).filter(falls).collect();
    if !errors.is_empty() && !options.lower_is_better {
        let several = format!(
            "{} are error rates by their names; choose one with --metric NAME and --lower-is-better",
            listed(errors.iter().copied())
        );
        return if let [only] = errors.as_slice() { error_by_name(only) } else { several };
    }
    if !falling.is_empty() && !options.lower_is_better {
        return format!(
            "the file says that {} is better when lower; --lower-is-better reads it as an error rate",
            listed(falling)
        );
    }
    if options.lower_is_better && errors.is_empty() && falling.is_empty() && !names.is_empty() {
        return format!(
            "no metric here is an error rate by its name; name the one that is, --metric NAME, or leave --lower-is-better out; found {}",
            listed(names.iter().map(String::as_str))
        );
    }
    let training: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| of_training(name) && meaning(name) == MetricMeaning::Right)
        .collect();
    if !training.is_empty() {
        return format!(
            "{} is of training batches, not of held-out problems; take it all the same with --metric NAME",
            listed(training)
        );
    }
    if !open.is_empty() {
        return format!(
            "no metric here is known to be a share of right answers; if one is, name it: --metric NAME, of {} (an error rate \
             with --lower-is-better); if these are answers, one a line, say what is right: --correct KEY",
            listed(open)
        );
    }
    let found = if names.is_empty() { training_only } else { names };
    if found.is_empty() {
        return "no share of right answers was logged: no value is a number; if these are answers, one a line, name their keys \
                with --id, --correct and --answer, those within an object behind a point"
            .to_owned();
    }
    let remedy = if names.is_empty() {
        "; --metric NAME with --evaluated N takes one all the same"
    } else {
        "; columns of a table are named with --columns right=NAME,evaluated=NAME, or accuracy=NAME for a rate"
    };
    format!("no share of right answers was logged; found {}{remedy}", listed(found.iter().map(String::as_str)))
}

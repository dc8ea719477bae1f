//! Which of a file's metrics is a share of right answers, by its name and its values.

use std::collections::BTreeSet;

use super::record::{Record, Score, Value};
use super::{ReadOptions, listed};

/// What a metric measures, as far as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A share of right answers.
    Right,
    /// A share of wrong answers.
    Error,
    /// A reward, of which nobody knows what it counts.
    Reward,
    /// Something else, and what.
    Other(&'static str),
    /// The name says nothing.
    Unknown,
}

/// Words of a name that settle what it measures, the first that occurs deciding.
const WORDS: [(&[&str], Meaning); 17] = [
    (&["stderr", "std", "se", "sd", "var", "variance", "ci", "interval"], Meaning::Other("a spread")),
    (&["token", "tokens"], Meaning::Other("an accuracy of tokens, not of answers")),
    (&["loss", "nll"], Meaning::Other("a loss")),
    (
        &["perplexity", "ppl", "entropy", "kl", "logps", "logits", "logp", "logprob", "logprobs"],
        Meaning::Other("a loss"),
    ),
    (&["margin", "margins", "chosen", "rejected", "advantage", "advantages"], Meaning::Other("a reward of pairs")),
    (&["lr", "rate", "norm", "grad"], Meaning::Other("a setting of the optimiser")),
    (&["runtime", "time", "second", "seconds", "timing", "elapsed", "throughput"], Meaning::Other("a time")),
    (
        &[
            "length",
            "len",
            "ratio",
            "count",
            "clipped",
            "percentage",
            "distinct",
            "temperature",
            "memory",
            "bytes",
            "answer_missing",
            "missing",
            "no",
            "empty",
            "timeout",
            "bleu",
            "rouge",
            "f1",
            "mcc",
        ],
        Meaning::Other("no share of right answers"),
    ),
    (&["best", "worst"], Meaning::Other("the best or worst of several answers")),
    (&["wer", "cer", "err", "error", "errors", "wrong", "incorrect", "failure", "failures", "failed"], Meaning::Error),
    (&["format"], Meaning::Reward),
    (
        &[
            "accuracy",
            "accuracies",
            "acc",
            "correct",
            "correctness",
            "right",
            "match",
            "em",
            "solved",
            "passed",
            "majority",
            "maj",
            "success",
            "pass@1",
            "pass1",
            "pass@k",
            "extractive_match",
            "ans",
            "labels",
        ],
        Meaning::Right,
    ),
    (
        &[
            "gsm8k",
            "math",
            "math500",
            "math_500",
            "aime",
            "aime24",
            "aime25",
            "amc",
            "amc23",
            "mmlu",
            "arc",
            "hellaswag",
            "humaneval",
            "mbpp",
            "gpqa",
            "olympiadbench",
            "minerva",
            "svamp",
            "boolq",
            "winogrande",
            "truthfulqa",
            "bbh",
            "drop",
        ],
        Meaning::Right,
    ),
    (&["reward", "rewards", "score", "scores", "return", "returns"], Meaning::Reward),
    (&["avg", "mean"], Meaning::Unknown),
    (&["pass"], Meaning::Right),
    (&["exact"], Meaning::Right),
];

/// Metrics among which one is chosen by itself; a log of more has keys that are no metrics.
const MOST_METRICS: usize = 3_000;

/// Whether `--columns accuracy=NAME` says that this is a share of right answers.
fn declared(name: &str, options: &ReadOptions) -> bool {
    options.column("accuracy").is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// The words of a metric's name: lower case, parted where neither a letter, a digit nor @ stands.
fn words(name: &str) -> Vec<String> {
    name.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '@' && c != ':')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Attempts of which one must be right: the 8 of pass@8, pass8, pass@8:16 and pass@k:k=8; 0 where the name leaves it open.
fn attempts(words: &[String]) -> Option<u64> {
    let (place, after) =
        words.iter().enumerate().find_map(|(place, word)| Some((place, word.strip_prefix("pass")?)))?;
    match after.trim_start_matches('@').split(':').next() {
        Some("k") => Some(words.get(place + 1).and_then(|k| k.parse().ok()).unwrap_or(0)),
        Some(k) => k.parse().ok(),
        None => None,
    }
}

/// What a name says of its metric.
pub(super) fn meaning(name: &str) -> Meaning {
    let words = words(name);
    if attempts(&words).is_some_and(|k| k != 1) {
        return Meaning::Other("coverage: whether any of several answers is right");
    }
    let plain = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if plain(&["agreement", "consistency", "consensus"])
        || plain(&["majority", "maj", "voting"]) && plain(&["reward", "rewards", "ratio"])
    {
        return Meaning::Other("agreement among answers, not with the truth");
    }
    // Harnesses normalise the likelihoods of answers by their length; the metric is a share of right answers all the same.
    if words.windows(2).any(|pair| pair == ["acc", "norm"]) && !plain(&["stderr"]) {
        return Meaning::Right;
    }
    if words.windows(2).any(|pair| pair == ["reward", "accuracy"]) {
        return Meaning::Other("how often rewards are right, not answers");
    }
    let has = |set: &[&str]| {
        words.iter().any(|word| {
            set.iter()
                .any(|known| known == word || word.strip_prefix(known).is_some_and(|rest| rest.starts_with(['@', ':'])))
        })
    };
    WORDS.iter().find(|(set, _)| has(set)).map_or(Meaning::Unknown, |(_, meaning)| *meaning)
}

/// How far a metric is from held-out problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Evaluation,
    Unstated,
    Training,
}

fn scope(name: &str) -> Scope {
    let words = words(name);
    let has = |set: &[&str]| words.iter().any(|word| set.contains(&word.as_str()));
    if has(&["eval", "evaluation", "val", "valid", "validation", "test", "heldout"]) {
        Scope::Evaluation
    } else if has(&["train", "training", "batch", "actor", "critic", "rollout"]) {
        Scope::Training
    } else {
        Scope::Unstated
    }
}

/// Whether a metric of this name was measured on what the loop trains on.
pub(super) fn of_training(name: &str) -> bool {
    scope(name) == Scope::Training
}

/// The metric that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chosen {
    pub name: String,
    /// It counts wrong answers, or a share of them.
    pub falls: bool,
    pub notes: Vec<String>,
    /// Every other metric that could have been read.
    pub ignored: Vec<String>,
}

/// Chooses the metric to read.
pub(super) fn choose(records: &[Record], training_only: &[String], options: &ReadOptions) -> Result<Chosen, String> {
    let names = names(records);
    if let Some(wanted) = &options.metric {
        let name = named(wanted, &names)?;
        return accepted(&name, &names, records, options);
    }
    if let Some(name) = names.iter().find(|name| declared(name, options)) {
        return accepted(name, &names, records, options);
    }
    if names.len() > MOST_METRICS {
        return Err(format!("there are {} metrics; choose one with --metric NAME", names.len()));
    }
    let falls =
        |name: &str| records.iter().flat_map(|record| &record.scores).any(|score| score.name == name && score.falls);
    let of = |wanted: Meaning| -> Vec<&str> {
        let fits = names.iter().map(String::as_str).filter(|name| meaning(name) == wanted && !falls(name));
        let fits: Vec<&str> = fits.filter(|name| scope(name) != Scope::Training && is_share(name, records)).collect();
        let nearest = fits.iter().map(|name| scope(name)).min();
        fits.into_iter().filter(|name| Some(scope(name)) == nearest).collect()
    };
    let (right, error) = (of(Meaning::Right), of(Meaning::Error));
    let counted: Vec<&str> = right.iter().copied().filter(|name| is_count(name, records)).collect();
    // A plain metric comes before its averages over several answers and its votes.
    let plain: Vec<&str> = right.iter().copied().filter(|name| !name.contains('@')).collect();
    let candidates = match (options.lower_is_better, counted.len(), plain.len()) {
        (true, ..) => error,
        (_, 1, _) => counted,
        (_, _, 1) => plain,
        _ => right,
    };
    match alike(&candidates, records).as_slice() {
        [only] => accepted(only, &names, records, options),
        [] => Err(none(&names, training_only, options, records)),
        several => Err(format!(
            "there are several metrics: {}; choose one with --metric NAME",
            listed(several.iter().copied())
        )),
    }
}

fn names(records: &[Record]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let scores = records.iter().flat_map(|record| &record.scores);
    scores.map(|score| &score.name).filter(|name| seen.insert((*name).clone())).cloned().collect()
}

/// The name that was meant: spelt in full, or the only one with this end or these words.
fn named(wanted: &str, names: &[String]) -> Result<String, String> {
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
        [] if names.is_empty() => Err("there is no metric here".to_owned()),
        [] => Err(format!("there is no metric `{wanted}`; there is {}", listed(names.iter().map(String::as_str)))),
        several => {
            Err(format!("`{wanted}` fits several metrics: {}", listed(several.iter().map(|name| name.as_str()))))
        }
    }
}

fn scores<'a>(name: &'a str, records: &'a [Record]) -> impl Iterator<Item = &'a Score> {
    records.iter().flat_map(|record| &record.scores).filter(move |score| score.name == name)
}

/// Whether every value may be a share, in fractions or in percent, or a count.
fn is_share(name: &str, records: &[Record]) -> bool {
    scores(name, records).all(|score| match score.value {
        Value::Share(value, _) => (0.0..=100.0).contains(&value),
        Value::Right(_) => true,
    })
}

fn is_count(name: &str, records: &[Record]) -> bool {
    scores(name, records).all(|score| !matches!(score.value, Value::Share(..)))
}

/// Of metrics with the same values everywhere the first only.
fn alike<'a>(names: &[&'a str], records: &[Record]) -> Vec<&'a str> {
    let values = |name: &str| -> Vec<Option<(Value, Option<u64>)>> {
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
fn accepted(name: &str, names: &[String], records: &[Record], options: &ReadOptions) -> Result<Chosen, String> {
    let mut notes = Vec::new();
    let unit = scores(name, records)
        .all(|score| matches!(score.value, Value::Share(value, _) if (0.0..=1.0).contains(&value)));
    let file_says = scores(name, records).any(|score| score.falls);
    match meaning(name) {
        _ if declared(name, options) => {}
        Meaning::Other(what) => return Err(format!("`{name}` is {what}; it says nothing of right answers")),
        Meaning::Error if !options.lower_is_better => {
            return Err(format!("`{name}` is an error rate by its name; read it as one with --lower-is-better"));
        }
        Meaning::Reward if !unit => {
            return Err(format!(
                "`{name}` is a reward whose values do not all lie in [0, 1]; it is no share of right answers"
            ));
        }
        Meaning::Reward => notes.push(format!("`{name}` is a reward, taken as the share of right answers")),
        Meaning::Right if words(name).iter().any(|word| word == "reward" || word == "rewards") => {
            if !unit && !is_count(name, records) {
                return Err(format!("`{name}` is a reward whose values do not all lie in [0, 1]"));
            }
            notes.push(format!("`{name}` is a reward; its name says accuracy and its values lie in [0, 1]"));
        }
        Meaning::Right if file_says => {
            return Err(format!(
                "the file says that `{name}` is better when lower; read it as an error rate with --lower-is-better"
            ));
        }
        _ => {}
    }
    if !is_share(name, records) {
        return Err(format!("`{name}` has values outside 0 to 100 %; it is no share of right answers"));
    }
    if scope(name) == Scope::Training {
        notes.push(format!("`{name}` is measured in training: it says nothing of held-out problems"));
    }
    let ignored = names.iter().filter(|other| *other != name).cloned().collect();
    Ok(Chosen { name: name.to_owned(), falls: options.lower_is_better, notes, ignored })
}

/// Why nothing can be read.
fn none(names: &[String], training_only: &[String], options: &ReadOptions, records: &[Record]) -> String {
    let of = |wanted: fn(Meaning) -> bool| -> Vec<&str> {
        names.iter().map(String::as_str).filter(|name| wanted(meaning(name)) && is_share(name, records)).collect()
    };
    let errors = of(|meaning| meaning == Meaning::Error);
    let open = of(|meaning| matches!(meaning, Meaning::Unknown | Meaning::Reward));
    let falling: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| scores(name, records).any(|score| score.falls) && meaning(name) == Meaning::Right)
        .collect();
    if !errors.is_empty() && !options.lower_is_better {
        return format!("{} is an error rate by its name; read it as one with --lower-is-better", listed(errors));
    }
    if !falling.is_empty() {
        return format!(
            "the file says that {} is better when lower; --lower-is-better reads it as an error rate",
            listed(falling)
        );
    }
    let training: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| of_training(name) && meaning(name) == Meaning::Right).collect();
    if !training.is_empty() {
        return format!(
            "{} is of training batches, not of held-out problems; take it all the same with --metric NAME",
            listed(training)
        );
    }
    if !open.is_empty() {
        return format!(
            "no metric here is known to be a share of right answers; if one is, name it: --metric NAME, of {}",
            listed(open)
        );
    }
    let found = if names.is_empty() { training_only } else { names };
    if found.is_empty() {
        return "no share of right answers was logged: no value is a number".to_owned();
    }
    format!("no share of right answers was logged; found {}", listed(found.iter().map(String::as_str)))
}

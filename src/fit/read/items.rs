//! One answer a line: a problem's id and whether the answer is right, or how many of its answers are.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::fit::log_error::LogError;

use super::answer_fields::{ANSWERS, IDS, STEPS};
use super::answer_fields::{
    GENERATIONS, asked, generation_key, is_of_one, judged, key_names, known, right_share, same_run, text, wrong_key,
};
use super::answer_sets::{AnswerSets, LineKeys};
use super::axis::step_in;
use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::meaning::{MetricMeaning, meaning};
use super::paths::repeats_of;
use super::read_error::ReadError;
use super::record::{EvaluationRecord, EvaluationTime};
use super::right_counts::RightTally;
use super::verdicts::{self, VERDICTS, VerdictKeys};
use super::{LogFormat, ReadOptions, fault, listed, some};

pub(super) const FORMAT: LogFormat = LogFormat { name: "answers, one a line", recognise, read };

/// The refusal of scores that R-Zero writes beside the candidates that a majority was taken of.
const OF_MAJORITY: &str = "this is the share of candidates that agree with the majority (`results`); nothing was compared with the truth, and it says nothing of right answers";

/// What the objects of a file call the problem, the verdict and the generation.
struct ItemKeys {
    id: String,
    verdict: VerdictKeys,
    /// The verdict says what is wrong.
    turned: bool,
    when: Option<String>,
    answer: Option<String>,
}

impl ItemKeys {
    /// The keys of which none names a set of problems.
    fn taken(&self) -> Vec<&str> {
        let others = [&self.when, &self.answer].into_iter().flatten().map(String::as_str);
        others.chain([self.id.as_str(), self.verdict.key()]).collect()
    }

    /// The options with which the verdict is read.
    fn options(&self, options: &ReadOptions) -> ReadOptions {
        ReadOptions { lower_is_better: options.lower_is_better || self.turned, ..options.clone() }
    }
}

fn keys(file: &LogFile, object: &JsonObject, options: &ReadOptions) -> Result<ItemKeys, ReadError> {
    let known = |names: &[&str]| known(object, names);
    let filled = |name: &&&str| object.get(**name).is_some_and(|value| !value.is_null());
    let filled = |names: &[&str]| names.iter().find(filled).map(|name| (*name).to_owned());
    let id = asked(object, &options.id, "--id")?
        .or_else(|| known(&IDS))
        .ok_or_else(|| lacking("no key names the problem; say which with --id KEY", object))?;
    let mut turned = false;
    let verdict = match (asked(object, &options.correct, "--correct")?, VerdictKeys::counts(object)) {
        (Some(key), _) => VerdictKeys::Key(key),
        (None, Some(counts)) => counts,
        (None, None) => VerdictKeys::Key(
            options
                .metric
                .clone()
                .filter(|metric| object.contains_key(metric))
                .or_else(|| file.commonest(&VERDICTS))
                .or_else(|| filled(&VERDICTS))
                .or_else(|| reward_of_completion(object))
                .or_else(|| known(&VERDICTS))
                .or_else(|| verdicts::wrong_key(object).inspect(|_| turned = true))
                .ok_or_else(|| {
                    let what = "no key says whether the answer is right; say which with --correct KEY";
                    lacking(&(what.to_owned() + &wrong_key(object)), object)
                })?,
        ),
    };
    let answer = asked(object, &options.answer, "--answer")?.or_else(|| known(&ANSWERS));
    let when = options.column("generation").map(str::to_owned).or_else(|| generation_key(object));
    Ok(ItemKeys { id, verdict, turned, when: when.or_else(|| known(&STEPS)), answer })
}

/// What an object lacks, and what it has.
fn lacking(what: &str, object: &JsonObject) -> ReadError {
    ReadError::new(format!("{what}; there is {}", listed(key_names(object).iter().map(String::as_str))))
}

fn recognise(file: &LogFile, options: &ReadOptions) -> bool {
    let canonical = |object: &JsonObject| {
        object.contains_key("evaluated") || object.get("wrong").is_some_and(|value| !value.is_boolean())
    };
    if file.is_table_of_answers(options) {
        return true;
    }
    let head = if file.first().is_some() { file.head_sample(options).ok().flatten() } else { None };
    if head.is_some() && options.names_answers() {
        return true;
    }
    if head.as_ref().is_some_and(|head| verdicts::wrong_key(head).is_some() && known(head, &VERDICTS).is_none()) {
        return true;
    }
    let Some(first) = head.as_ref().filter(|object| !canonical(object)) else { return false };
    if is_completion(first) || options.metric.is_none() && verdicts::may_be_wrong(first) {
        return true;
    }
    let Ok(keys) = keys(file, first, &ReadOptions::default()) else { return false };
    match keys.verdict {
        VerdictKeys::Counts(..) => true,
        // A row of a table may have a score and an id too, but then it counts what was evaluated.
        VerdictKeys::Key(key) => first.get(&key).is_some_and(|value| {
            right_share(value).is_some() || value.is_number() || value.is_string() && is_of_one(&key)
        }),
    }
}

/// Whether these are TRL's completions: prompts of training, with a column for each reward.
fn is_completion(object: &JsonObject) -> bool {
    ["prompt", "completion", "advantage"].iter().all(|key| object.contains_key(*key))
}

/// The only reward of a completion whose name says that it separates right from wrong.
fn reward_of_completion(object: &JsonObject) -> Option<String> {
    let rewards = object.iter().filter(|(key, value)| value.is_number() && meaning(key) == MetricMeaning::Right);
    let names: Vec<&String> = rewards.map(|(key, _)| key).collect();
    if let ([only], true) = (names.as_slice(), is_completion(object)) { Some((*only).clone()) } else { None }
}

/// Generations in the order in which they came up, each with its answers.
#[derive(Default)]
struct AnswerGroups {
    places: HashMap<String, usize>,
    tallies: Vec<(EvaluationTime, RightTally)>,
    /// Entries without an answer, such as a summary at the end.
    without: usize,
    /// The run, where the answers name it.
    run: Option<String>,
}

impl AnswerGroups {
    fn tally(&mut self, label: &str, keys: &ItemKeys) -> Option<&mut RightTally> {
        let place = self.places.get(label).copied().unwrap_or(self.tallies.len());
        if place == self.tallies.len() {
            self.places.insert(label.to_owned(), place);
            self.tallies.push((when(label, keys), RightTally::default()));
        }
        self.tallies.get_mut(place).map(|(_, tally)| tally)
    }
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let (mut found, mut sets) = (FoundRecords::of_answers(), AnswerSets::default());
    for repeats in by_evaluation(files) {
        read_evaluation(&repeats, options, &mut sets, &mut found)?;
    }
    sets.check(files.first().map_or("", LogFile::name), options)?;
    found.notes.extend(sets.note());
    found.notes.dedup();
    if found.records.iter().all(|record| record.when == EvaluationTime::Unknown) {
        numbered(&found.records)?;
    }
    Ok(found)
}

/// Refuses files without a step that differ in more than numbers, as those of several sets do: nothing orders them.
fn numbered(records: &[EvaluationRecord]) -> Result<(), LogError> {
    let letters = |record: &EvaluationRecord| record.file.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let Some((first, others)) = records.split_first() else { return Ok(()) };
    match others.iter().find(|other| letters(other) != letters(first)) {
        Some(other) => {
            let reason = format!(
                "nothing says which generations {} and this file are: no key of the answers, and their names differ in more than \
                 numbers; name the files by generation, and give those of one set of problems",
                first.file
            );
            Err(fault(&other.file, None, None, reason))
        }
        None => Ok(()),
    }
}

/// Files that repeat one evaluation (`output-rs0.jsonl`, `output-rs1.jsonl`) together, in the order of the first of them.
fn by_evaluation<'a>(files: &'a [LogFile<'a>]) -> Vec<Vec<&'a LogFile<'a>>> {
    let mut evaluations: Vec<(String, Vec<&LogFile>)> = Vec::new();
    for file in files {
        let name = repeats_of(&file.name);
        match evaluations.iter_mut().find(|(known, _)| *known == name) {
            Some((_, repeats)) => repeats.push(file),
            None => evaluations.push((name, vec![file])),
        }
    }
    evaluations.into_iter().map(|(_, repeats)| repeats).collect()
}

fn read_evaluation(
    files: &[&LogFile],
    options: &ReadOptions,
    sets: &mut AnswerSets,
    found: &mut FoundRecords,
) -> Result<(), LogError> {
    let mut groups = AnswerGroups::default();
    let (mut name, mut source) = (String::new(), "");
    for file in files.iter().rev() {
        let complain =
            |line: Option<u64>, column: Option<&str>, reason: String| fault(&file.name, line, column, reason);
        let Some(first) = file.head_sample(options)? else {
            return Err(complain(None, None, "there is no answer here".to_owned()).awaited());
        };
        let keys = keys(file, &first, options).map_err(|error| error.at(&file.name, None))?;
        let options = &keys.options(options);
        let of_line = LineKeys::of(&first, &keys.id, keys.when.as_ref(), &keys.taken());
        name = keys.verdict.name();
        source = &file.name;
        if options.correct.is_none() && name == "score" && first.get("results").is_some_and(Json::is_array) {
            return Err(complain(None, Some("score"), OF_MAJORITY.to_owned()));
        }
        let cut = file.each_sample(options, |line, object| {
            let refuse = |error: ReadError| error.at(&file.name, Some(line));
            if !sets.wants(object, &of_line, options) {
                return Ok(());
            }
            take(object, &keys, options, &mut groups).map_err(refuse)
        })?;
        sets.end_file(&file.name)?;
        // That of JSON lines is read from the file itself.
        found.ignored.extend((cut && !file.cut).then(|| format!("the last row of {}, which is cut off", file.name)));
        found.notes.push(format!("`{name}` says what is {}, `{}` names the problem", options.side(), keys.id));
        let of_training = "completions are of training: they say nothing of held-out problems".to_owned();
        found.notes.extend(file.within.clone().into_iter().chain(is_completion(&first).then_some(of_training)));
    }
    let without = groups.without;
    push_groups(groups, &name, source, options, found)?;
    if without > 0 {
        found.ignored.push(format!("{} without an answer", some(without, "entry", "entries")));
    }
    if files.len() > 1 {
        found.notes.push(format!("{} files repeat one evaluation: {source} and those beside it", files.len()));
    }
    Ok(())
}

/// A record for each generation.
fn push_groups(
    groups: AnswerGroups,
    name: &str,
    source: &str,
    options: &ReadOptions,
    found: &mut FoundRecords,
) -> Result<(), LogError> {
    let several = groups.tallies.len() > 1;
    for (when, tally) in groups.tallies {
        let mut score = tally.score(name, options).map_err(|error| error.or_of(name).at(source, None))?;
        // The answers say themselves what is right; the name of the key does not matter.
        "right answers".clone_into(&mut score.name);
        found.notes.extend(tally.note(options));
        let when = if several || matches!(when, EvaluationTime::Step(_) | EvaluationTime::Generation(_)) {
            when
        } else {
            EvaluationTime::Unknown
        };
        found.push(EvaluationRecord::new(source, None, when, vec![score]))?;
    }
    Ok(())
}

fn take(
    object: &JsonObject,
    keys: &ItemKeys,
    options: &ReadOptions,
    groups: &mut AnswerGroups,
) -> Result<(), ReadError> {
    if !object.contains_key(&keys.id) && !object.contains_key(keys.verdict.key()) {
        groups.without += 1;
        return Ok(());
    }
    same_run(object, &mut groups.run)?;
    let id = object.get(&keys.id).and_then(text);
    let id = id.ok_or_else(|| ReadError::of(&keys.id, "the line names no problem"))?;
    let label = match &keys.when {
        None => String::new(),
        Some(key) => object
            .get(key)
            .and_then(text)
            .ok_or_else(|| ReadError::of(key, "this line does not say its generation, but others do"))?,
    };
    let Some(tally) = groups.tally(&label, keys) else { return Ok(()) };
    match &keys.verdict {
        VerdictKeys::Counts(right, all) => {
            let (right, whole) = verdicts::counted(object, (right, all), options)?;
            tally.add_counts(&id, right as f64, whole);
        }
        VerdictKeys::Key(key) => {
            let right = right(object, key, options).map_err(|error| error.or_of(key))?;
            let answer = keys.answer.as_ref().and_then(|key| object.get(key)).and_then(text);
            tally.add_given(&id, right, answer.as_deref());
        }
    }
    Ok(())
}

fn right(object: &JsonObject, key: &str, options: &ReadOptions) -> Result<f64, ReadError> {
    let value = object.get(key).unwrap_or(&Json::Null);
    if value.is_null() {
        return Err(ReadError::new("this line does not say whether the answer is right, but others do"));
    }
    judged(value, key, options)
}

fn when(label: &str, keys: &ItemKeys) -> EvaluationTime {
    let named = keys.when.as_deref().unwrap_or("");
    let number = label.parse::<f64>().ok().filter(|number| number.is_finite());
    match (number.and_then(json::whole), number) {
        (Some(generation), _) if GENERATIONS.contains(&named) => EvaluationTime::Generation(generation),
        (_, Some(step)) => EvaluationTime::Step(step),
        _ => step_in(label).map_or_else(|| EvaluationTime::Label(label.to_owned()), EvaluationTime::Step),
    }
}

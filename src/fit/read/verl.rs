//! verl and what is built on it (TTRL): rollouts by step, metrics by step, and its console.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::answer_fields::{is_error, judged};
use super::axis::step_in;
use super::decimals::decimals;
use super::file::{FileShape, LogFile};
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::meaning::{MetricMeaning, meaning};
use super::python::without_types;
use super::read_error::ReadError;
use super::record::{EvaluationRecord, EvaluationTime, MetricScore};
use super::right_counts::RightTally;
use super::{LogFormat, ReadOptions, fault, listed, problems, shortened};
use crate::fit::log_error::LogError;

pub(super) const ROLLOUTS: LogFormat = LogFormat { name: "verl rollouts", recognise: is_rollouts, read: rollouts };
pub(super) const METRICS: LogFormat = LogFormat { name: "verl metrics", recognise: is_metrics, read: metrics };
pub(super) const CONSOLE: LogFormat = LogFormat { name: "verl console", recognise: is_console, read: console };

fn is_rollouts(file: &LogFile, _: &ReadOptions) -> bool {
    let is = |object: &JsonObject| {
        object.contains_key("output")
            && (object.contains_key("score") || object.contains_key("acc"))
            && object.contains_key("input")
    };
    file.first().is_some_and(is)
}

/// An answer is right when its `acc`, or else its `score`, is 1 and wrong when it is 0 or −1; a shaped reward says neither.
fn rollouts(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::of_answers();
    for file in files {
        let key = match &options.correct {
            Some(key) => key.clone(),
            None if file.first().is_some_and(|object| object.contains_key("acc")) => "acc".to_owned(),
            None => "score".to_owned(),
        };
        let (mut tally, mut step) = (RightTally::default(), None);
        file.each_object(|line, object| {
            let value = object.get(&key).unwrap_or(&Json::Null);
            let complain = |error: ReadError| error.or_of(&key).at(&file.name, Some(line));
            let right = right(value, &key, options).map_err(complain)?;
            step = step.or_else(|| object.get("step").and_then(json::number).map(|(step, _)| step));
            tally.add(&object.get("input").map_or_else(|| line.to_string(), Json::to_string), right);
            Ok(())
        })?;
        let score = tally.score("right answers", options).map_err(|error| error.or_of(&key).at(&file.name, None))?;
        // The name of the file is the step as well.
        let in_name = file.name.rsplit('/').next().and_then(step_in);
        let when = step.or(in_name).map_or(EvaluationTime::Unknown, EvaluationTime::Step);
        found.push(EvaluationRecord::new(&file.name, None, when, vec![score]))?;
        found.notes.extend(tally.note(options));
        found.notes.push(format!(
            "`{key}` says what is right; verl writes rollouts of training in the same form as those of held-out problems \
             (`validation_data_dir`)"
        ));
    }
    found.notes.dedup();
    Ok(found)
}

fn right(value: &Json, key: &str, options: &ReadOptions) -> Result<f64, ReadError> {
    if meaning(key) == MetricMeaning::Error && !options.lower_is_better {
        return Err(ReadError::new(is_error(key)));
    }
    match judged(value, key, options) {
        Ok(right) if right.fract() == 0.0 => Ok(right),
        _ => Err(ReadError::new(format!(
            "{} is neither right (1) nor wrong (0 or -1); where the reward is shaped, say from where on an answer is right: --right-above 0.5",
            shortened(&value.to_string())
        ))),
    }
}

fn is_metrics(file: &LogFile, _: &ReadOptions) -> bool {
    matches!(file.shape, FileShape::Lines(_) | FileShape::Document(_))
        && file
            .first()
            .or(file.document())
            .is_some_and(|object| object.contains_key("step") && object.get("data").is_some_and(Json::is_object))
}

fn metrics(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let (mut found, mut sets) = (FoundRecords::default(), MetricKeys::default());
    for file in files {
        file.each_object(|line, object| {
            let step = object
                .get("step")
                .and_then(json::number)
                .map_or(EvaluationTime::Unknown, |(step, _)| EvaluationTime::Step(step));
            let data = object.get("data").and_then(Json::as_object).into_iter().flatten();
            let values = data.filter_map(|(key, value)| Some((key.as_str(), json::number(value)?)));
            let scores = values.filter_map(|(key, (share, decimals))| {
                sets.see(key);
                score(key, share, decimals, options)
            });
            let scores = scores.collect();
            push(EvaluationRecord::new(&file.name, Some(line), step, scores), &mut found)
        })?;
    }
    sets.finish(files, options, &mut found)?;
    training_labels(&mut found);
    found.in_time = true;
    Ok(found)
}

/// A metric of held-out problems, or the one that was asked for.
fn score(key: &str, share: f64, decimals: u32, options: &ReadOptions) -> Option<MetricScore> {
    let held_out = ["val-core/", "val/", "val-aux/"].iter().any(|front| key.starts_with(front));
    if let (Some(task), Some(set)) = (&options.task, source(key))
        && !is_task(set, task)
    {
        return None;
    }
    let labels = matches!(key.rsplit('/').next(), Some("label_accuracy" | "ground_truth_ratio"));
    let asked = options.metric.as_deref() == Some(key);
    if !(asked || labels || held_out && !matches!(meaning(key), MetricMeaning::Other(_))) {
        return None;
    }
    let mut score = MetricScore::share(key, share, decimals);
    score.repeats = problems::repeats_in(key);
    Some(score)
}

/// Whether this is the set that was asked for, by its whole name or the last part of it.
fn is_task(set: &str, task: &str) -> bool {
    set == task || set.rsplit('/').next() == Some(task)
}

/// The keys of numbers, for messages.
#[derive(Default)]
struct MetricKeys(BTreeSet<String>);

impl MetricKeys {
    fn see(&mut self, key: &str) {
        const MOST: usize = 200;
        if self.0.len() < MOST && !self.0.contains(key) {
            self.0.insert(key.to_owned());
        }
    }

    /// Refuses a set that is not there, and says what else is.
    fn finish(self, files: &[LogFile], options: &ReadOptions, found: &mut FoundRecords) -> Result<(), LogError> {
        let sets: BTreeSet<&str> = self.0.iter().filter_map(|key| source(key)).collect();
        if let Some(task) = options.task.as_ref().filter(|task| !sets.iter().any(|set| is_task(set, task))) {
            let name = files.first().map_or("", |file| file.name.as_str());
            let reason = format!("there is no set `{task}`; there is {}", listed(sets));
            return Err(fault(name, None, None, reason));
        }
        found.training_only.extend(self.0);
        Ok(())
    }
}

fn push(record: EvaluationRecord, found: &mut FoundRecords) -> Result<(), LogError> {
    if record.scores.is_empty() { Ok(()) } else { found.push(record) }
}

/// TTRL's accuracy of labels is read only where nothing of held-out problems was logged, or where it is asked for.
fn training_labels(found: &mut FoundRecords) {
    let is_label =
        |score: &MetricScore| matches!(score.name.rsplit('/').next(), Some("label_accuracy" | "ground_truth_ratio"));
    if found.records.iter().flat_map(|record| &record.scores).all(is_label) {
        for record in &mut found.records {
            record.scores.retain(|score| score.name.ends_with("label_accuracy"));
        }
        found.records.retain(|record| !record.scores.is_empty());
        return;
    }
    found.records.retain(|record| record.scores.iter().any(|score| !is_label(score)));
}

fn is_console(file: &LogFile, _: &ReadOptions) -> bool {
    file.has_line(|line| line.contains("step:") && pairs(&without_colours(line)).is_some())
}

/// verl's console as `tee` leaves it: `step:10 - key:value - …`.
fn console(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let (mut found, mut sets) = (FoundRecords::default(), MetricKeys::default());
    for file in files {
        let open_end = file.has_open_end()?;
        let mut answers = None;
        let mut lines = file.lines()?;
        while let Some((line, text)) = lines.next_text()? {
            let text = without_colours(&text);
            answers = logged_answers(&text).or(answers);
            let Some((step, pairs)) = pairs(&text) else { continue };
            let mut pairs: Vec<(&str, &str)> = pairs.collect();
            // The last value of a line that is still being written may lack digits.
            if open_end && lines.at_end()? && pairs.pop().is_some() {
                found.ignored.push("the last value of the last line, which has no end".to_owned());
            }
            // The console counts the answers to all sets together.
            let own = answers.filter(|_| sources(pairs.iter().map(|(key, _)| key.trim())) <= 1);
            pairs.iter().for_each(|(key, _)| sets.see(key.trim()));
            let scores = pairs.into_iter().filter_map(|(key, value)| printed_score(key, value, own, options));
            push(
                EvaluationRecord::new(&file.name, Some(line), EvaluationTime::Step(step), scores.collect()),
                &mut found,
            )?;
        }
        if let Some(answers) = answers {
            found.notes.push(format!("the console says that {answers} answers were validated"));
        }
    }
    sets.finish(files, options, &mut found)?;
    training_labels(&mut found);
    found.in_time = true;
    Ok(found)
}

/// A score as the console prints it.
fn printed_score(key: &str, value: &str, answers: Option<u64>, options: &ReadOptions) -> Option<MetricScore> {
    let value = without_types(value.trim());
    let share: f64 = value.parse().ok().filter(|share: &f64| share.is_finite())?;
    let mut score = score(key.trim(), share, decimals(&value), options)?;
    let answered = score.repeats.or(problems::votes_in(key)).unwrap_or(1).max(1);
    score.evaluated = options.evaluated.or(answers.map(|answers| answers / answered));
    Some(score)
}

/// The number of sets that were validated.
fn sources<'a>(keys: impl Iterator<Item = &'a str>) -> usize {
    keys.filter(|key| !key.starts_with("val-aux/")).filter_map(source).collect::<BTreeSet<_>>().len()
}

/// The set of a metric: `val-core/SET/acc/mean@1`, where the set's name may have slashes, and in old versions
/// `val/test_score/SET`.
fn source(key: &str) -> Option<&str> {
    if let Some(set) = key.strip_prefix("val/test_score/") {
        return Some(set);
    }
    let set = key.strip_prefix("val-core/").or_else(|| key.strip_prefix("val-aux/"))?.rsplitn(3, '/').nth(2)?;
    Some(["/acc", "/reward", "/score"].iter().find_map(|end| set.strip_suffix(end)).unwrap_or(set))
}

fn pairs(text: &str) -> Option<(f64, impl Iterator<Item = (&str, &str)>)> {
    let at = text.find("step:").filter(|at| *at == 0 || text[..*at].ends_with(' '))?;
    let mut parts = text[at..].split(" - ");
    let step = parts.next()?.strip_prefix("step:")?.trim().parse().ok()?;
    Some((step, parts.filter_map(|part| part.rsplit_once(':'))))
}

/// The number of validated answers, in verl's own words.
fn logged_answers(text: &str) -> Option<u64> {
    let marks = ["len reward_extra_infos_dict['reward']:", "val dataset len:", "validation dataset size:"];
    marks.iter().find_map(|mark| text.split(mark).nth(1)?.trim().split(' ').next()?.parse().ok())
}

/// A line without the escape sequences of terminals, also where the escape character itself has been lost.
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        out += before.trim_end_matches('\u{1b}');
        let behind = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match behind.strip_prefix('m') {
            Some(behind) => rest = behind,
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

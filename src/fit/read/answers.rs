//! Samples as `measure` takes them: every answer to every problem, counted by problem and answer.
//!
//! What is held grows with the problems and their different answers, not with the bytes of the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value as Json;

use super::answer_checks::without_answers;
use super::answer_fields::{judged, right_share, same_run, text};
use super::answer_group::{AnswerGroup, AnswerSet, GenerationAnswers};
use super::answer_sets::{AnswerSets, LineKeys};
use super::file::{FileShape, LogFile};
use super::json::{self, JsonObject};
use super::pairs::{hash, hash_of, held};
use super::paths::{by_number, repeats_of};
use super::read_error::ReadError;
use super::sample_keys::{SampleKeys, sample_keys};
use super::verdicts::{self, VerdictKeys};
use super::{ReadOptions, fault, listed, lm_eval, lm_eval_samples, shortened};
use crate::fit::log::Log;
use crate::fit::log_error::LogError;

/// What stands where no answer was found in a response.
const NO_ANSWER: [&str; 6] = ["", "[invalid]", "none", "null", "nan", "n/a"];
/// The most answers to a problem that a line may count.
const MOST_COUNTED: u64 = 10_000;

impl AnswerSet {
    /// Reads samples: JSON lines, a JSON array or a table, one answer a line; harness samples and rollouts of verl too.
    ///
    /// # Errors
    /// [`LogError`] where a file cannot be read, names no problem or no verdict, or breaks a rule.
    pub fn open(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, LogError> {
        Self::of(&Log::files(paths)?, options)
    }

    /// Reads samples from files; only one line is held at a time.
    ///
    /// # Errors
    /// As [`AnswerSet::open`].
    pub fn of(files: &[LogFile], options: &ReadOptions) -> Result<Self, LogError> {
        let mut set = Self::read(files, options)?;
        let hash = |set: &Self| hash_of(&set.generations);
        // A key that is named must be there.
        let settled = ["id", "answer", "correct"];
        let idle = options.idle(&settled, || hash(&set), |one| Some(hash(&Self::read(files, one).ok()?)));
        set.notes.extend(idle);
        Ok(set)
    }

    fn read(files: &[LogFile], options: &ReadOptions) -> Result<Self, LogError> {
        let mut gathered = GatheredAnswers { lines: true, ..GatheredAnswers::default() };
        for file in files {
            // Results stand beside the samples that they sum up.
            if lm_eval::is_results(file, options) && files.iter().any(|file| lm_eval_samples::is_samples(file, options))
            {
                gathered.notes.push(format!("{} is left aside: the samples beside it hold the answers", file.name));
                continue;
            }
            gathered.take_file(file, files.len() > 1, options)?;
        }
        gathered.sets.check(files.first().map_or("", LogFile::name), options)?;
        gathered.notes.extend(gathered.sets.note());
        gathered.finish(files.iter().map(LogFile::name).collect::<Vec<_>>().join(", "))
    }
}

#[derive(Default)]
struct GatheredAnswers {
    generations: BTreeMap<String, GenerationAnswers>,
    filters: BTreeSet<String>,
    notes: Vec<String>,
    run: Option<String>,
    answers: bool,
    /// Answers that are none.
    without_answer: u64,
    /// Lines without the key of the answer, which others have.
    lines_without_answer: u64,
    sets: AnswerSets,
    generation_key: Option<String>,
    lines: bool,
}

impl GatheredAnswers {
    fn take_file(&mut self, file: &LogFile, several: bool, options: &ReadOptions) -> Result<(), LogError> {
        let refuse = |reason: String| fault(&file.name, None, None, reason);
        if let Some(what) = without_answers(file, options) {
            return Err(refuse(format!(
                "this is {what}: it counts answers and holds none; `measure` takes the answers themselves, one a line, \
                 with the keys id, answer and correct (lm-evaluation-harness writes them with --log_samples)"
            )));
        }
        let first = file.head_sample(options)?.ok_or_else(|| {
            refuse("no samples: one answer a line is wanted, with the keys id, answer and correct".to_owned())
        })?;
        let keys = sample_keys(&first, options).map_err(|error| error.at(&file.name, None))?;
        let options = &ReadOptions { lower_is_better: options.lower_is_better || keys.turned, ..options.clone() };
        self.answers |= keys.answer.is_some();
        self.lines &= matches!(file.shape, FileShape::Lines(_));
        self.generation_key = keys.generation.clone().or(self.generation_key.take());
        self.note(&keys, options);
        let of_line = LineKeys::of(&first, &keys.id, keys.generation.as_ref(), &keys.taken());
        // Successive files are successive generations, except for the repeats of one evaluation.
        let own_name = if several { repeats_of(&file.name) } else { String::new() };
        let cut = file.each_sample(options, |line, object| {
            let complain = |error: ReadError| error.at(&file.name, Some(line));
            if !self.sets.wants(object, &of_line, options) {
                return Ok(());
            }
            self.take(object, &keys, (&own_name, &file.name), options).map_err(complain)
        })?;
        self.sets.end_file(&file.name)?;
        self.notes.extend(cut.then(|| format!("the last line of {} is cut off and was left out", file.name)));
        super::wording::add_once(&mut self.notes, file.within.clone());
        self.notes.extend(file.left_out());
        Ok(())
    }

    fn note(&mut self, keys: &SampleKeys, options: &ReadOptions) {
        let of = |what: &str, key: &Option<String>| key.as_ref().map(|key| format!("`{key}` {what}"));
        let said = [
            Some(format!("`{}` names the problem", keys.id)),
            Some(keys.verdict.said(options)),
            of("is the answer", &keys.answer),
            of("says what was kept", &keys.kept),
            of("says which verdicts were made", &keys.audited),
            of("is the generation", &keys.generation),
        ];
        super::wording::add_once(&mut self.notes, Some(said.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }

    fn take(
        &mut self,
        object: &JsonObject,
        keys: &SampleKeys,
        (own_name, file): (&str, &str),
        options: &ReadOptions,
    ) -> Result<(), ReadError> {
        same_run(object, &mut self.run)?;
        if let Some(filter) = keys.filter.as_ref().and_then(|key| object.get(key)).and_then(Json::as_str) {
            if options.filter.as_deref().is_some_and(|wanted| wanted != filter) {
                return Ok(());
            }
            if !self.filters.contains(filter) {
                self.filters.insert(filter.to_owned());
            }
        }
        let id =
            object.get(&keys.id).and_then(text).ok_or_else(|| ReadError::of(&keys.id, "the line names no problem"))?;
        let judged = judged_answers(object, keys, options)?;
        let kept = match &keys.kept {
            Some(key) => said(object.get(key)).map_err(|error| error.or_of(key))?,
            None => None,
        };
        let right = judged.first().and_then(|(right, _)| *right);
        let answer = keys.answer.as_ref().and_then(|key| match object.get(key) {
            Some(value) => Some(self.answer(text(value), right)),
            None => {
                self.lines_without_answer += 1;
                None
            }
        });
        let name = match &keys.generation {
            Some(key) => object
                .get(key)
                .and_then(text)
                .ok_or_else(|| ReadError::of(key, "this line does not say its generation, but others do"))?,
            None => own_name.to_owned(),
        };
        let generation = self.generations.entry(by_number(&name)).or_default();
        generation.name = name;
        if !generation.files.iter().any(|own| own == file) {
            generation.files.push(file.to_owned());
        }
        if *generation.kept_known.get_or_insert(kept.is_some()) != kept.is_some() {
            let key = keys.kept.clone().unwrap_or_default();
            let reason = "some lines of a generation say whether the answer was kept and others do not; write true or false on \
                          every line";
            return Err(ReadError::of(key, reason));
        }
        let groups = generation.problems.entry(held(&id)).or_default();
        for (right, given) in judged {
            add(groups, AnswerGroup { answer, right, given, kept: given * u32::from(kept == Some(true)) });
        }
        Ok(())
    }

    /// An answer's hash. One that is none agrees with no other: it is no vote, and no mistake that candidates share.
    fn answer(&mut self, answer: Option<String>, right: Option<bool>) -> u64 {
        let answer = answer.unwrap_or_default();
        let answer = answer.trim();
        if right == Some(false) && NO_ANSWER.contains(&answer.to_lowercase().as_str()) {
            self.without_answer += 1;
            return hash(&format!("no answer {}", self.without_answer));
        }
        hash(answer)
    }

    fn finish(mut self, source: String) -> Result<AnswerSet, LogError> {
        let generations: Vec<GenerationAnswers> = self.generations.into_values().collect();
        if generations.is_empty() {
            return Err(fault(&source, None, None, "no answer was found").awaited());
        }
        if self.filters.len() > 1 {
            let filters = listed(self.filters.iter().map(String::as_str));
            let reason = format!("there are several filters: {filters}; choose one with --filter NAME");
            return Err(fault(&source, None, Some("filter"), reason));
        }
        if generations.len() > 1 {
            let names: Vec<&str> = generations.iter().map(|one| one.name.as_str()).collect();
            self.notes.push(format!("generations in this order: {}", listed(names)));
        }
        self.notes.extend((self.without_answer > 0).then(|| {
            format!(
                "{} wrong answers are empty: each agrees with no other, as answers that differ do",
                self.without_answer
            )
        }));
        let kept_known = generations.first().is_some_and(|first| first.kept_known == Some(true));
        let (generation_key, lines) = (self.generation_key, self.lines);
        let answers_known = self.answers && self.lines_without_answer == 0;
        self.notes.extend((self.answers && !answers_known).then(|| {
            format!(
                "{} lines lack the answer, which others have: what needs it is not reported",
                self.lines_without_answer
            )
        }));
        let mut set =
            AnswerSet { source, notes: self.notes, kept_known, answers_known, generations, generation_key, lines };
        set.notes.extend(set.without_verdict());
        set.notes.extend(set.not_successive());
        if set.answers_known && set.are_asked_for() {
            set.answers_known = false;
            set.notes.push(
                "right and wrong answers to a problem are the same, so this is the answer that was asked for: which wrong answers \
                 are the same cannot be determined; name the key of the given answer with --answer KEY"
                    .to_owned(),
            );
        }
        if set.answers_known && set.are_responses() {
            set.answers_known = false;
            set.notes.push(
                "right answers to one problem differ from each other, so these are whole responses: which wrong answers are \
                 the same cannot be determined; name the key of the final answer with --answer KEY"
                    .to_owned(),
            );
        }
        Ok(set)
    }
}

/// Adds answers to those that are equal.
fn add(groups: &mut Vec<AnswerGroup>, more: AnswerGroup) {
    match groups.iter_mut().find(|group| group.answer == more.answer && group.right == more.right) {
        Some(group) => {
            group.given = group.given.saturating_add(more.given);
            group.kept = group.kept.saturating_add(more.kept);
        }
        None => groups.push(more),
    }
}

/// How many answers are right, wrong, or unchecked.
type Verdicts = Vec<(Option<bool>, u32)>;

/// The verdicts of a line.
fn judged_answers(object: &JsonObject, keys: &SampleKeys, options: &ReadOptions) -> Result<Verdicts, ReadError> {
    let (right, whole) = match &keys.verdict {
        VerdictKeys::Key(key) => return Ok(vec![(verdict(object, key, keys, options)?, 1)]),
        VerdictKeys::Counts(right, all) => verdicts::counted(object, (right, all), options)?,
    };
    if whole > MOST_COUNTED {
        let reason = format!("{whole} answers to one problem, but at most {MOST_COUNTED} are measured");
        return Err(ReadError::of(keys.verdict.key(), reason));
    }
    let groups = [(Some(true), right as u32), (Some(false), (whole - right) as u32)];
    Ok(groups.into_iter().filter(|(_, given)| *given > 0).collect())
}

/// Whether the answer is right; absent where nobody checked.
fn verdict(
    object: &JsonObject,
    key: &str,
    keys: &SampleKeys,
    options: &ReadOptions,
) -> Result<Option<bool>, ReadError> {
    if let Some(audited) = &keys.audited
        && !said(object.get(audited)).map_err(|error| error.or_of(audited))?.unwrap_or(false)
    {
        return Ok(None);
    }
    let Some(value) = object.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    match judged(value, key, options).map_err(|error| error.or_of(key))? {
        share if share.fract() == 0.0 => Ok(Some(share > 0.0)),
        _ => Err(ReadError::of(key, format!("{value} is a mean over several answers; samples are one answer a line"))),
    }
}

/// Yes or no; absent where the value is.
fn said(value: Option<&Json>) -> Result<Option<bool>, ReadError> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    match right_share(value).or_else(|| json::number(value).map(|(number, _)| number)) {
        Some(1.0) => Ok(Some(true)),
        Some(0.0) => Ok(Some(false)),
        _ => {
            Err(ReadError::new(format!("{} is neither yes (true, 1) nor no (false, 0)", shortened(&value.to_string()))))
        }
    }
}

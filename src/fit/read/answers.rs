//! Samples as `measure` takes them: every answer to every problem, counted by problem and answer.
//!
//! What is held grows with the problems and their different answers, not with the bytes of the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value as Json;

use super::answer_fields::{asked, generation_key, judged, key_names, known, right_share, same_run, text, wrong_key};
use super::file::LogFile;
use super::json::{self, Object};
use super::pairs::{self, hash, hash_of, held};
use super::paths::{by_number, repeats_of};
use super::table_columns::counts_answers;
use super::{FORMATS, ReadOptions, fault, items, listed, lm_eval_samples, shortened, table, verl};
use crate::fit::log::{Log, LogError};

/// Keys of the answer itself in samples of harnesses, before those of plain lines.
const HARNESS_ANSWERS: [&str; 2] = ["filtered_resps", "resps"];
/// Keys that say whether an answer went into the next training set.
const KEPT: [&str; 6] = ["kept", "accepted", "selected", "is_kept", "is_accepted", "used_for_training"];
/// Keys that say whether a verdict was made.
const AUDITED: [&str; 3] = ["audited", "checked", "verified"];
/// Keys of a problem in samples of harnesses and of verl, before those of plain lines.
const HARNESS_IDS: [&str; 3] = ["doc_hash", "doc_id", "input"];
/// What stands where no answer was found in a response.
const NO_ANSWER: [&str; 6] = ["", "[invalid]", "none", "null", "nan", "n/a"];
/// Share of equal pairs among right answers to one problem below which answers must be whole responses.
const RESPONSES: f64 = 0.5;

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
    kept_known: Option<bool>,
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
}

/// What the objects call what is taken from them.
struct SampleKeys {
    id: String,
    verdict: String,
    answer: Option<String>,
    kept: Option<String>,
    audited: Option<String>,
    generation: Option<String>,
    filter: Option<String>,
}

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
        let mut gathered = Gathered::default();
        for file in files {
            gathered.take_file(file, files.len() > 1, options)?;
        }
        gathered.finish(files.iter().map(LogFile::name).collect::<Vec<_>>().join(", "))
    }
}

#[derive(Default)]
struct Gathered {
    generations: BTreeMap<String, GenerationAnswers>,
    filters: BTreeSet<String>,
    notes: Vec<String>,
    run: Option<String>,
    answers: bool,
    /// Answers that are none.
    without_answer: u64,
}

impl Gathered {
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
        let keys = sample_keys(&first, options).map_err(refuse)?;
        self.answers |= keys.answer.is_some();
        self.note(&keys, options);
        // Successive files are successive generations, but for the repeats of one evaluation.
        let own_name = if several { repeats_of(&file.name) } else { String::new() };
        let cut = file.each_sample(options, |line, object| {
            let complain = |(key, reason): (String, String)| fault(&file.name, Some(line), Some(&key), reason);
            self.take(object, &keys, &own_name, options).map_err(complain)
        })?;
        self.notes.extend(cut.then(|| format!("the last line of {} is cut off and was left out", file.name)));
        self.notes.extend(file.left_out());
        Ok(())
    }

    fn note(&mut self, keys: &SampleKeys, options: &ReadOptions) {
        let of = |what: &str, key: &Option<String>| key.as_ref().map(|key| format!("`{key}` {what}"));
        let said = [
            Some(format!("`{}` names the problem", keys.id)),
            Some(format!("`{}` says what is {}", keys.verdict, options.side())),
            of("is the answer", &keys.answer),
            of("says what was kept", &keys.kept),
            of("says which verdicts were made", &keys.audited),
            of("is the generation", &keys.generation),
        ];
        super::assemble::add_once(&mut self.notes, Some(said.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }

    fn take(
        &mut self,
        object: &Object,
        keys: &SampleKeys,
        own_name: &str,
        options: &ReadOptions,
    ) -> Result<(), (String, String)> {
        same_run(object, &mut self.run)?;
        if let Some(filter) = keys.filter.as_ref().and_then(|key| object.get(key)).and_then(Json::as_str) {
            if options.filter.as_deref().is_some_and(|wanted| wanted != filter) {
                return Ok(());
            }
            if !self.filters.contains(filter) {
                self.filters.insert(filter.to_owned());
            }
        }
        let id = object
            .get(&keys.id)
            .and_then(text)
            .ok_or_else(|| (keys.id.clone(), "the line names no problem".to_owned()))?;
        let right = verdict(object, keys, options)?;
        let kept = match &keys.kept {
            Some(key) => said(object.get(key)).map_err(|reason| (key.clone(), reason))?,
            None => None,
        };
        let answer = keys.answer.as_ref().map(|key| self.answer(object.get(key).and_then(text), right));
        let name = match &keys.generation {
            Some(key) => object
                .get(key)
                .and_then(text)
                .ok_or_else(|| (key.clone(), "this line does not say its generation, but others do".to_owned()))?,
            None => own_name.to_owned(),
        };
        let generation = self.generations.entry(by_number(&name)).or_default();
        generation.name = name;
        if *generation.kept_known.get_or_insert(kept.is_some()) != kept.is_some() {
            let key = keys.kept.clone().unwrap_or_default();
            let reason = "some lines of a generation say whether the answer was kept and others do not; write true or false on \
                          every line";
            return Err((key, reason.to_owned()));
        }
        let groups = generation.problems.entry(held(&id)).or_default();
        let place = groups.iter().position(|group| group.answer == answer && group.right == right);
        let group = match place {
            Some(place) => groups.get_mut(place),
            None => {
                groups.push(AnswerGroup { answer, right, given: 0, kept: 0 });
                groups.last_mut()
            }
        };
        if let Some(group) = group {
            group.given = group.given.saturating_add(1);
            group.kept = group.kept.saturating_add(u32::from(kept == Some(true)));
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
            return Err(fault(&source, None, None, "no answer was found"));
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
        let mut set = AnswerSet { source, notes: self.notes, kept_known, answers_known: self.answers, generations };
        set.notes.extend(set.without_verdict());
        set.notes.extend(set.not_successive());
        if set.answers_known && set.are_asked_for() {
            set.answers_known = false;
            set.notes.push(
                "right and wrong answers to a problem are the same, so this is the answer that was asked for: which wrong answers \
                 are the same cannot be told; name the key of the given answer with --answer KEY"
                    .to_owned(),
            );
        }
        if set.answers_known && set.are_responses() {
            set.answers_known = false;
            set.notes.push(
                "right answers to one problem differ from each other, so these are whole responses: which wrong answers are \
                 the same cannot be told; name the key of the final answer with --answer KEY"
                    .to_owned(),
            );
        }
        Ok(set)
    }
}

impl AnswerSet {
    /// What to say of answers that nobody checked.
    fn without_verdict(&self) -> Option<String> {
        let groups = || self.generations.iter().flat_map(|one| one.problems.values()).flatten();
        let all: u64 = groups().map(|group| u64::from(group.given)).sum();
        let unchecked: u64 = groups().filter(|group| group.right.is_none()).map(|group| u64::from(group.given)).sum();
        (unchecked > 0).then(|| {
            format!(
                "{unchecked} of {all} answers have no verdict: only the error rate and what was kept are told; leave these lines \
                 out where they are few"
            )
        })
    }

    /// What to say of two generations with others between them, or with hardly a problem in common.
    fn not_successive(&self) -> Vec<String> {
        let [first, later] = self.generations.as_slice() else { return Vec::new() };
        let number = |one: &GenerationAnswers| one.name.parse::<u64>().ok();
        let apart = number(first).zip(number(later)).map(|(first, later)| later.saturating_sub(first));
        let apart = apart.filter(|apart| *apart > 1).map(|apart| {
            format!(
                "these generations are {apart} apart: what is said of the next generation is what {apart} of them did"
            )
        });
        let both = first.problems.keys().filter(|id| later.problems.contains_key(*id)).count();
        let all = first.problems.len().max(later.problems.len());
        let few = (both < all).then(|| {
            format!("{both} problems are in both generations, of {all}: what was learned is told from these alone")
        });
        apart.into_iter().chain(few).collect()
    }

    /// Whether the answers are those that were asked for: where a problem was answered right and wrong, the same stands for both.
    fn are_asked_for(&self) -> bool {
        let (mut both, mut same) = (0_u64, 0_u64);
        for groups in self.generations.iter().flat_map(|generation| generation.problems.values()) {
            let of = |right| groups.iter().filter(move |group| group.right == Some(right)).map(|group| group.answer);
            both += u64::from(of(true).next().is_some() && of(false).next().is_some());
            same += u64::from(of(true).any(|answer| of(false).any(|other| other == answer)));
        }
        !pairs::is_given(both, same)
    }

    /// Whether the right answers to one problem mostly differ, as the texts of whole responses do.
    fn are_responses(&self) -> bool {
        let (mut equal, mut pairs) = (0_u64, 0_u64);
        for groups in self.generations.iter().flat_map(|generation| generation.problems.values()) {
            let right = || groups.iter().filter(|group| group.right == Some(true)).map(|group| u64::from(group.given));
            let all: u64 = right().sum();
            pairs += all * all.saturating_sub(1);
            equal += right().map(|given| given * (given - 1)).sum::<u64>();
        }
        pairs > 0 && (equal as f64) < RESPONSES * pairs as f64
    }
}

/// What a file is that counts answers, where it holds none; nothing where keys of answers are named.
fn without_answers(file: &LogFile, options: &ReadOptions) -> Option<String> {
    let format =
        FORMATS.iter().find(|format| (format.recognise)(file, options)).filter(|_| !options.names_answers())?;
    let of_answers = [items::FORMAT.name, lm_eval_samples::FORMAT.name, verl::ROLLOUTS.name];
    if format.name == table::FORMAT.name {
        return counts_answers(file, options).then(|| "a table of evaluations".to_owned());
    }
    (!of_answers.contains(&format.name)).then(|| format!("a file of {}", format.name))
}

fn sample_keys(first: &Object, options: &ReadOptions) -> Result<SampleKeys, String> {
    let known = |names: &[&str]| known(first, names);
    let harness = first.contains_key("doc_id") || first.contains_key("input") && first.contains_key("output");
    let id = asked(first, &options.id, "--id")?
        .or_else(|| if harness { known(&HARNESS_IDS) } else { None })
        .or_else(|| known(&items::IDS))
        .ok_or_else(|| missing("names the problem", "--id", first))?;
    let wanted = asked(first, &options.correct, "--correct")?
        .or_else(|| options.metric.clone().filter(|key| first.contains_key(key)));
    let verdict = wanted
        .or_else(|| known(&items::VERDICTS))
        .ok_or_else(|| missing("says whether the answer is right", "--correct", first) + &wrong_key(first))?;
    let answer = asked(first, &options.answer, "--answer")?
        .or_else(|| known(&HARNESS_ANSWERS))
        .or_else(|| known(&items::ANSWERS));
    let generation = options
        .column("generation")
        .map(str::to_owned)
        .or_else(|| generation_key(first))
        .or_else(|| known(&items::STEPS));
    Ok(SampleKeys {
        answer: answer.filter(|key| *key != id),
        kept: known(&KEPT),
        audited: known(&AUDITED),
        filter: known(&["filter"]),
        id,
        verdict,
        generation,
    })
}

fn missing(what: &str, option: &str, first: &Object) -> String {
    format!(
        "no key {what}; the keys are {}; say which with {option} KEY",
        listed(key_names(first).iter().map(String::as_str))
    )
}

/// Whether the answer is right; absent where nobody checked.
fn verdict(object: &Object, keys: &SampleKeys, options: &ReadOptions) -> Result<Option<bool>, (String, String)> {
    if let Some(audited) = &keys.audited
        && !said(object.get(audited)).map_err(|reason| (audited.clone(), reason))?.unwrap_or(false)
    {
        return Ok(None);
    }
    let Some(value) = object.get(&keys.verdict).filter(|value| !value.is_null()) else { return Ok(None) };
    let refuse = |reason: String| (keys.verdict.clone(), reason);
    match judged(value, &keys.verdict, options).map_err(refuse)? {
        share if share.fract() == 0.0 => Ok(Some(share > 0.0)),
        _ => Err(refuse(format!("{value} is a mean over several answers; samples are one answer a line"))),
    }
}

/// Yes or no; absent where the value is.
fn said(value: Option<&Json>) -> Result<Option<bool>, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    match right_share(value).or_else(|| json::number(value).map(|(number, _)| number)) {
        Some(1.0) => Ok(Some(true)),
        Some(0.0) => Ok(Some(false)),
        _ => Err(format!("{} is neither yes (true, 1) nor no (false, 0)", shortened(&value.to_string()))),
    }
}

//! Which keys of samples `measure` takes.

use super::answer_fields;
use super::answer_fields::{asked, generation_key, is_of_one, key_names, known, wrong_key};
use super::json::JsonObject;
use super::read_error::ReadError;
use super::verdicts::{self, VERDICTS, VerdictKeys};
use super::{ReadOptions, listed};

/// Keys of the answer itself in samples of harnesses, before those of plain lines.
const HARNESS_ANSWERS: [&str; 2] = ["filtered_resps", "resps"];
/// Keys that say whether an answer went into the next training set.
const KEPT: [&str; 6] = ["kept", "accepted", "selected", "is_kept", "is_accepted", "used_for_training"];
/// Keys that say whether a verdict was made.
const AUDITED: [&str; 3] = ["audited", "checked", "verified"];
/// Keys of a problem in samples of harnesses and of verl, before those of plain lines.
const HARNESS_IDS: [&str; 3] = ["doc_hash", "doc_id", "input"];

/// What the objects call what is taken from them.
pub(super) struct SampleKeys {
    pub id: String,
    pub verdict: VerdictKeys,
    /// The verdict says what is wrong.
    pub turned: bool,
    pub answer: Option<String>,
    pub kept: Option<String>,
    pub audited: Option<String>,
    pub generation: Option<String>,
    pub filter: Option<String>,
}

impl SampleKeys {
    /// The keys of which none names a set of problems.
    pub fn taken(&self) -> Vec<&str> {
        let others = [&self.answer, &self.kept, &self.audited, &self.generation, &self.filter];
        others.into_iter().flatten().map(String::as_str).chain([self.id.as_str(), self.verdict.key()]).collect()
    }
}

/// The keys of a file whose answers are like this one.
pub(super) fn sample_keys(first: &JsonObject, options: &ReadOptions) -> Result<SampleKeys, ReadError> {
    let known = |names: &[&str]| known(first, names);
    let harness = first.contains_key("doc_id") || first.contains_key("input") && first.contains_key("output");
    let id = asked(first, &options.id, "--id")?
        .or_else(|| if harness { known(&HARNESS_IDS) } else { None })
        .or_else(|| known(&answer_fields::IDS))
        .ok_or_else(|| missing("names the problem", "--id", first, ""))?;
    let wanted = asked(first, &options.correct, "--correct")?
        .or_else(|| options.metric.clone().filter(|key| first.contains_key(key)));
    // The verdict of one answer comes before counts of several, and these before their mean.
    let single = || known(&VERDICTS).filter(|key| is_of_one(key)).map(VerdictKeys::Key);
    let mut turned = false;
    let verdict = wanted
        .map(VerdictKeys::Key)
        .or_else(single)
        .or_else(|| VerdictKeys::counts(first))
        .or_else(|| known(&VERDICTS).map(VerdictKeys::Key))
        .or_else(|| verdicts::wrong_key(first).inspect(|_| turned = true).map(VerdictKeys::Key))
        .ok_or_else(|| missing("says whether the answer is right", "--correct", first, &wrong_key(first)))?;
    let single = matches!(verdict, VerdictKeys::Key(_));
    let answer = asked(first, &options.answer, "--answer")?
        .or_else(|| known(&HARNESS_ANSWERS))
        .or_else(|| known(&answer_fields::ANSWERS));
    let generation = options
        .column("generation")
        .map(str::to_owned)
        .or_else(|| generation_key(first))
        .or_else(|| known(&answer_fields::STEPS));
    Ok(SampleKeys {
        answer: answer.filter(|key| single && *key != id),
        kept: known(&KEPT).filter(|_| single),
        audited: known(&AUDITED).filter(|_| single),
        filter: known(&["filter"]),
        id,
        verdict,
        turned,
        generation,
    })
}

fn missing(what: &str, option: &str, first: &JsonObject, hint: &str) -> ReadError {
    ReadError::new(format!(
        "no key {what}; the keys are {}; say which with {option} KEY{hint}",
        listed(key_names(first).iter().map(String::as_str))
    ))
}

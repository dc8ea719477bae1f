//! What samples show: whether a file holds any, whether the answers are those that were given, and how generations follow.

use super::answer_group::{AnswerSet, GenerationAnswers};
use super::file::LogFile;
use super::table_columns::counts_answers;
use super::{FORMATS, ReadOptions, items, lm_eval_samples, pairs, shortened, table, verl};

/// Share of equal pairs among right answers to one problem below which answers must be whole responses.
const RESPONSES: f64 = 0.5;

impl AnswerSet {
    /// What to say of answers that nobody checked.
    pub(super) fn without_verdict(&self) -> Option<String> {
        let groups = || self.generations.iter().flat_map(|one| one.problems.values()).flatten();
        let all: u64 = groups().map(|group| u64::from(group.given)).sum();
        let unchecked: u64 = groups().filter(|group| group.right.is_none()).map(|group| u64::from(group.given)).sum();
        (unchecked > 0).then(|| {
            format!(
                "{unchecked} of {all} answers have no verdict: those that were checked stand for them, kept for kept and rejected \
                 for rejected, and what needs every verdict is not reported; leave these lines out where they are few"
            )
        })
    }

    /// What to say of two generations with others between them, or with almost no problem in common.
    pub(super) fn not_successive(&self) -> Vec<String> {
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
            format!("{both} problems are in both generations, of {all}: what was learned is measured on these alone")
        });
        apart.into_iter().chain(few).collect()
    }

    /// Whether the answers are those that were asked for: where a problem was answered right and wrong, the same stands for both.
    pub(super) fn are_asked_for(&self) -> bool {
        let (mut both, mut same) = (0_u64, 0_u64);
        for groups in self.generations.iter().flat_map(|generation| generation.problems.values()) {
            let of = |right| groups.iter().filter(move |group| group.right == Some(right)).map(|group| group.answer);
            both += u64::from(of(true).next().is_some() && of(false).next().is_some());
            same += u64::from(of(true).any(|answer| of(false).any(|other| other == answer)));
        }
        !pairs::is_given(both, same)
    }

    /// Whether the right answers to one problem mostly differ, as the texts of whole responses do.
    pub(super) fn are_responses(&self) -> bool {
        let (mut equal, mut pairs) = (0_u64, 0_u64);
        for groups in self.generations.iter().flat_map(|generation| generation.problems.values()) {
            let right = || groups.iter().filter(|group| group.right == Some(true)).map(|group| u64::from(group.given));
            let all: u64 = right().sum();
            pairs += all * all.saturating_sub(1);
            equal += right().map(|given| given * (given - 1)).sum::<u64>();
        }
        pairs > 0 && (equal as f64) < RESPONSES * pairs as f64
    }

    /// How to leave two generations in succession of the more that are there, which are the first two.
    pub(crate) fn two_of_them(&self) -> String {
        let mut files: Vec<&str> = self.generations.iter().flat_map(|one| &one.files).map(String::as_str).collect();
        let all = files.len();
        files.sort_unstable();
        files.dedup();
        let first: Vec<_> = self.generations.iter().take(2).collect();
        if files.len() == all {
            let two: Vec<String> = first.iter().flat_map(|one| &one.files).map(|file| typed(file)).collect();
            return format!("give the files of two: runaway measure {}", two.join(" "));
        }
        let key = self.generation_key.as_deref().unwrap_or("generation");
        let names: Vec<&str> = first.iter().map(|one| one.name.as_str()).collect();
        let leave = format!("leave the lines of two in the file, where `{}` is {}", shortened(key), names.join(" or "));
        if !self.lines {
            return leave;
        }
        let path: String = key.split('.').map(|key| format!("[{}]", serde_json::Value::from(key))).collect();
        let list = names.iter().map(|name| serde_json::Value::from(*name).to_string()).collect::<Vec<_>>().join(", ");
        format!("{leave}: jq -c 'select(.{path} | tostring | IN({list}))' FILE > TWO.jsonl")
    }
}

/// A name as a shell takes it.
fn typed(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=,:+@%".contains(c);
    if name.chars().all(plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

/// What a file is that counts answers, where it holds none; nothing where keys of answers are named.
pub(super) fn without_answers(file: &LogFile, options: &ReadOptions) -> Option<String> {
    let format =
        FORMATS.iter().find(|format| (format.recognise)(file, options)).filter(|_| !options.names_answers())?;
    let of_answers = [items::FORMAT.name, lm_eval_samples::FORMAT.name, verl::ROLLOUTS.name];
    if format.name == table::FORMAT.name {
        return counts_answers(file, options).then(|| "a table of evaluations".to_owned());
    }
    (!of_answers.contains(&format.name)).then(|| format!("a file of {}", format.name))
}

//! From the written form to the complete one: the rules between keys.

use crate::quantity::Count;

use super::error::{NameError, RuleBreach};
use super::parts::WrittenVote;
use super::wording::one_line;
use super::written::WrittenScenario;
use super::{Cost, Difficulty, Learning, Policy, Scenario, Vote};

/// The longest horizon that is reported, in generations.
const MAX_HORIZON: u64 = 100_000;
/// The longest name, in characters.
const MAX_NAME: usize = 100;
/// The most candidates of one vote.
pub const MAX_CANDIDATES: u64 = 10_000;
/// The most candidates of a vote that less than a majority decides: its table grows with their square.
pub const MAX_PLURALITY: u64 = 1_000;
/// The most difficulties: each is a law of its own.
const MAX_DIFFICULTIES: usize = 100;
/// The most filters: nobody writes more by hand, and each is evaluated in every law.
const MAX_FILTERS: usize = 1_000;

pub(super) fn resolve(written: WrittenScenario) -> Result<Scenario, RuleBreach> {
    let checks: Vec<_> = written.filter.iter().map(|filter| (filter.price, filter.priced)).collect();
    let scenario = Scenario {
        name: written.name,
        source: written.heading.source,
        examples: written.heading.examples,
        horizon: written.heading.horizon,
        task: written.task,
        errors: written.errors,
        difficulty: written.difficulty,
        learning: written.learning,
        vote: vote(&written.vote)?,
        filters: written.filter.iter().map(|filter| filter.filter).collect(),
        start: written.start,
        failure: written.failure,
        cost: Cost::resolve(written.cost, &checks)?,
    };
    check(&scenario)?;
    Ok(scenario)
}

/// One candidate is no vote; several without `agree` need a simple majority.
fn vote(written: &WrittenVote) -> Result<Vote, RuleBreach> {
    let candidates = written.candidates.get();
    if candidates > MAX_CANDIDATES {
        return Err(RuleBreach::new(
            "vote.candidates",
            format!("{candidates} candidates are more than the {MAX_CANDIDATES} that a vote may have"),
            "lower it",
        ));
    }
    let agree = written.agree.map_or(candidates / 2 + 1, Count::get);
    if agree > candidates {
        let help = match candidates {
            1 => "raise `vote.candidates`, or leave `vote.agree` out".to_owned(),
            _ => format!("use a number from 1 (a plurality) to {candidates}"),
        };
        let rule = format!("{agree} votes are more than the {candidates} that all candidates give");
        return Err(RuleBreach::new("vote.agree", rule, help));
    }
    if let Some(most) = written.agree_at_most.map(Count::get).filter(|most| !(agree..=candidates).contains(most)) {
        let rule = format!("between `vote.agree` and `vote.candidates`, {agree} and {candidates}, there is no {most}");
        return Err(RuleBreach::new("vote.agree_at_most", rule, format!("use a number from {agree} to {candidates}")));
    }
    // A majority of at least 1 candidate is at least 1 vote.
    let agree = Count::new(agree).unwrap_or(written.candidates);
    let vote = Vote { candidates: written.candidates, agree, agree_at_most: written.agree_at_most };
    if !vote.is_majority() && candidates > MAX_PLURALITY {
        let (what, remedy) = match written.agree_at_most {
            Some(_) => ("with an upper limit of agreement", "lower it, or leave `vote.agree_at_most` out"),
            None => ("that less than a majority decides", "lower it, or ask for more than half of the votes"),
        };
        let rule = format!("a vote of {candidates} {what} has more than {MAX_PLURALITY} candidates");
        return Err(RuleBreach::new("vote.candidates", rule, remedy));
    }
    Ok(vote)
}

/// Shares that sum to 1, and slips that improvement can lower.
fn check_difficulty(scenario: &Scenario) -> Result<(), RuleBreach> {
    if scenario.difficulty.len() > MAX_DIFFICULTIES {
        let rule = format!("{} are more than the {MAX_DIFFICULTIES} that a loop may have", scenario.difficulty.len());
        return Err(RuleBreach::new("difficulty", rule, "put problems of similar difficulty into one"));
    }
    let floor = scenario.errors.step_error_floor.get();
    for (index, Difficulty { share, step_error, .. }) in scenario.difficulty.iter().enumerate() {
        if share.get() == 0.0 {
            let rule = "the share of a difficulty is above 0 and at most 1, not 0";
            return Err(RuleBreach::new(format!("difficulty.{index}.share"), rule, "leave this table out"));
        }
        if let Some(slip) = step_error.filter(|slip| slip.get() < floor) {
            let rule = format!("this is {}, below `errors.step_error_floor`, {floor}", slip.get());
            return Err(RuleBreach::new(format!("difficulty.{index}.step_error"), rule, "lower the floor"));
        }
    }
    let sum: f64 = scenario.difficulty.iter().map(|bin| bin.share.get()).sum();
    if scenario.difficulty.is_empty() || (sum - 1.0).abs() <= 1e-9 {
        return Ok(());
    }
    let last = scenario.difficulty.len() - 1;
    let rule = format!("the shares of all difficulties sum to 1, but these sum to {sum}");
    Err(RuleBreach::new(format!("difficulty.{last}.share"), rule, "change the shares"))
}

/// What a generation keeps of its predecessor.
fn check_renewal(learning: &Learning) -> Result<(), RuleBreach> {
    let renewal = learning.renewal.get();
    if renewal == 0.0 {
        let rule =
            "a renewal is above 0 and at most 1, not 0: a generation that learns nothing anew is its predecessor";
        return Err(RuleBreach::new("learning.renewal", rule, "use a small number, or leave it out"));
    }
    if renewal < 1.0 && learning.policy == Policy::Accumulate {
        let rule = "`policy = \"accumulate\"` trains anew on all examples so far and keeps no beliefs, so that its renewal is 1";
        return Err(RuleBreach::new("learning.renewal", rule, "leave one of the two out"));
    }
    Ok(())
}

/// The rules that no single value can break.
pub(super) fn check(scenario: &Scenario) -> Result<(), RuleBreach> {
    check_name(&scenario.name)?;
    check_difficulty(scenario)?;
    check_renewal(&scenario.learning)?;
    if scenario.filters.len() > MAX_FILTERS {
        let rule = format!("{} filters are more than the {MAX_FILTERS} that a loop may have", scenario.filters.len());
        return Err(RuleBreach::new("filter", rule, "put filters that catch the same into one"));
    }
    if scenario.horizon.get() > MAX_HORIZON {
        return Err(RuleBreach::new(
            "horizon",
            format!("{} generations are more than the {MAX_HORIZON} that can be reported", scenario.horizon.get()),
            "lower it; the expected runway does not depend on it",
        ));
    }
    if scenario.failure.error_rate.get() == 0.0 {
        let rule = "a loop that fails at an error rate of 0 has failed before it starts";
        return Err(RuleBreach::new("failure.error_rate", rule, "use the smallest error rate that counts as failure"));
    }
    let begun = scenario.start.unsound.get() + scenario.start.wrong.get();
    if begun > 1.0 {
        return Err(RuleBreach::new(
            "start.wrong",
            format!("the shares of unsound and wrong beliefs sum to {begun}, above 1"),
            "lower one of `start.unsound` and `start.wrong`",
        ));
    }
    Ok(())
}

/// The name of a scenario as an option gives it.
///
/// # Errors
/// The rule that it breaks, and what a name may be.
pub(crate) fn legal_name(name: &str) -> Result<String, NameError> {
    check_name(name).map(|()| name.to_owned()).map_err(|breach| NameError { rule: breach.rule, help: breach.help })
}

/// The name becomes a folder, on any system.
fn check_name(name: &str) -> Result<(), RuleBreach> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let ends = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !name.ends_with('.');
    if plain && ends && name.len() <= MAX_NAME {
        return Ok(());
    }
    Err(RuleBreach::new(
        "name",
        format!("\"{}\" cannot name a folder everywhere", one_line(name)),
        format!(
            "use at most {MAX_NAME} letters, digits, `-`, `_` and `.`, beginning with a letter or digit and not ending in a dot"
        ),
    ))
}

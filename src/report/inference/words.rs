//! What there is to say of the samples of a problem.

use crate::plan::inference::{CheckPlace, InferencePlan, ResamplingRow, SampleDivision};
use crate::report::words::{number, percent};

/// The best division, then what votes, checks, stopping and revisions can do.
#[must_use]
pub fn sentences(plan: &InferencePlan) -> Vec<String> {
    let mut said = vec![headline(plan), ceiling(plan)];
    said.extend(plan.resampling.last().and_then(|last| resampled(plan, last)));
    said.extend(adaptive(plan));
    said.push(revision(plan));
    said
}

/// The best division beside one that spends all samples on votes.
fn headline(plan: &InferencePlan) -> String {
    let votes = &plan.votes;
    let least = percent(plan.least_accepted, 3);
    let plain = format!("A plurality of all {} is right in {} of the problems.", plan.samples, right(votes));
    match &plan.best {
        Some(best) => format!(
            "Of up to {} samples a problem, “{}” gives the purest examples of all divisions that accept at least {least} of the problems: \
             {} of them are right, and {} of the problems end in one. {plain}",
            plan.samples,
            name(best),
            right(best),
            percent(best.accepted, 3)
        ),
        None => format!("No division of {} samples accepts at least {least} of the problems. {plain}", plan.samples),
    }
}

fn right(division: &SampleDivision) -> String {
    division.purity.map_or_else(|| "none".to_owned(), |purity| percent(purity, 3))
}

fn ceiling(plan: &InferencePlan) -> String {
    let limit = percent(plan.ceiling, 3);
    let enough = match plan.enough_votes {
        Some(1) => "a single sample comes within 1 percentage point of that".to_owned(),
        Some(votes) => format!("{votes} votes come within 1 percentage point of that"),
        None => "even the largest vote tried is more than 1 percentage point from that".to_owned(),
    };
    format!(
        "Ever more votes lead to {limit} right winners: on the other problems some wrong answer, most often a systematic one, is as likely as the \
         right one or likelier; {enough}."
    )
}

fn resampled(plan: &InferencePlan, last: &ResamplingRow) -> Option<String> {
    let first = plan.resampling.iter().find(|row| row.check == last.check)?;
    let attempts = if last.attempts == 1 { return None } else { last.attempts };
    Some(format!(
        "Resampling buys yield, not purity: up to {attempts} attempts behind {} raise the problems accepted from {} to {}, and the right \
         share of what is accepted goes from {} to {}; on any one kind of problem it stays the same ({} and {} with the first mix of problems).",
        last.check,
        percent(first.accepted, 3),
        percent(last.accepted, 3),
        percent(first.purity?, 3),
        percent(last.purity?, 3),
        percent(first.purity_per_problem?, 3),
        percent(last.purity_per_problem?, 3)
    ))
}

fn adaptive(plan: &InferencePlan) -> Option<String> {
    let settled = plan.adaptive.iter().find(|vote| vote.stop_error.is_none())?;
    let stopped = plan.adaptive.iter().find(|vote| vote.stop_error.is_some())?;
    Some(format!(
        "A plurality that stops once its leader cannot be caught takes {} of {} votes on average, and has the same winners; one that stops at an \
         error of {} takes {} votes, and {} of its winners are right.",
        number(settled.votes, 3),
        plan.samples,
        percent(stopped.stop_error?, 3),
        number(stopped.votes, 3),
        percent(stopped.purity, 3)
    ))
}

fn revision(plan: &InferencePlan) -> String {
    let revision = &plan.revision;
    let origin = if revision.given { "As stated, a" } else { "As the loop revises without help from outside, a" };
    let rates = format!(
        "{origin} revision spoils {} of the right answers and mends {} of the wrong ones",
        percent(revision.rates.right_to_wrong, 3),
        percent(revision.rates.wrong_to_right, 3)
    );
    let Some(even) = revision.break_even else { return format!("{rates}: it changes nothing.") };
    let (accuracy, even) = (percent(revision.accuracy, 3), percent(even, 3));
    let verdict = if revision.after_one > revision.accuracy {
        format!("it pays here, where {accuracy} of the first answers are right")
    } else {
        format!("it does not pay here, where {accuracy} of the first answers are right")
    };
    format!(
        "{rates}: revising pays while less than {even} of the answers are right, and {verdict} ({} after one revision).",
        percent(revision.after_one, 3)
    )
}

/// A division in a few words.
#[must_use]
pub fn name(division: &SampleDivision) -> String {
    let SampleDivision { ballots, agree, attempts, revisions, check, .. } = division;
    let vote = match (ballots, agree) {
        (1, _) => "one answer".to_owned(),
        (_, 1) => format!("most of {ballots}"),
        _ => format!("{agree} of {ballots}"),
    };
    let revised = match revisions {
        0 => String::new(),
        1 => ", revised once".to_owned(),
        _ => format!(", revised {revisions} times"),
    };
    let checked = match (division.is_checked(), division.place, attempts) {
        (false, _, 1) => String::new(),
        (false, _, _) => format!(", {attempts} attempts"),
        (true, CheckPlace::Winner, 1) => format!(", then {check}"),
        (true, CheckPlace::Winner, _) => format!(", then {check}, {attempts} attempts"),
        (true, CheckPlace::Ballots, 1) => format!(" behind {check}"),
        (true, CheckPlace::Ballots, _) => format!(" behind {check}, {attempts} attempts each"),
    };
    format!("{vote}{revised}{checked}")
}

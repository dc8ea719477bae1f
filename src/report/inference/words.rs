//! What there is to say of the samples of a problem.

use crate::plan::inference::{CheckPlace, InferencePlan, ResamplingRow, SampleDivision};
use crate::report::words::{generations, number, percent};

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
             {} of them are right, and {} of the problems end in one. {}{plain}",
            plan.samples,
            name(best),
            right(best),
            percent(best.accepted, 3),
            lasting(best)
        ),
        None => format!("No division of {} samples accepts at least {least} of the problems. {plain}", plan.samples),
    }
}

/// How long the loop lasts that trains on what a division accepts, ahead of another sentence.
fn lasting(best: &SampleDivision) -> String {
    let Some(runway) = best.runway else { return String::new() };
    match runway.mean {
        Some(mean) => format!("The loop that trains on them has an expected runway of {}. ", generations(mean)),
        None => format!(
            "The loop that trains on them fails by the horizon with probability {}; its expected runway is infinite or beyond 1e308. ",
            percent(runway.failed, 3)
        ),
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
    let pays = revision.after_one > revision.accuracy;
    let first = if pays {
        format!("a single answer gains by it here, where {accuracy} of the first answers are right")
    } else {
        format!("a single answer does not gain by it here, where {accuracy} of the first answers are right")
    };
    let rule = if revision.rates.wrong_to_right > 0.0 {
        format!("revising an answer pays while less than {even} of the answers are right, and {first}")
    } else {
        format!("revising an answer never pays, and {first}")
    };
    let one = percent(revision.after_one, 3);
    format!("{rates}: {rule} ({one} after one revision).{}", beside_choice(plan, pays))
}

/// Why the best division revises where a single answer does not gain by it, or does not where it does.
fn beside_choice(plan: &InferencePlan, pays: bool) -> String {
    match &plan.best {
        Some(best) if pays && best.revisions == 0 => {
            format!(" “{}” does not revise all the same: no division with revisions leaves purer examples.", name(best))
        }
        Some(best) if !pays && best.revisions > 0 => {
            format!(" “{}” revises all the same: no division without revisions leaves purer examples.", name(best))
        }
        _ => String::new(),
    }
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

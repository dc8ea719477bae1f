//! What was measured, in sentences.

use crate::measure::{MeasuredLoop, MeasuredNumber, VoteMeasurement};
use crate::report::words::{number, percent};
use crate::stats::fit::chi_square;

/// The findings, the most important first.
#[must_use]
pub fn sentences(measured: &MeasuredLoop) -> Vec<String> {
    [error(measured), shared(measured), learned(measured), check(measured), Some(counted(measured))]
        .into_iter()
        .flatten()
        .collect()
}

/// "12.3 % (90 %: 11.1 to 13.4 %)".
pub(super) fn share(number: MeasuredNumber) -> String {
    match (number.low, number.high) {
        (Some(low), Some(high)) => {
            let (low, high) = (percent(low, 3), percent(high, 3));
            format!("{} (90 %: {} to {high})", percent(number.value, 3), low.trim_end_matches(['\u{a0}', ' ', '%']))
        }
        _ => percent(number.value, 3),
    }
}

fn of(measured: &MeasuredLoop, key: &str) -> Option<String> {
    measured.key(key).map(|found| share(found.number))
}

fn error(measured: &MeasuredLoop) -> Option<String> {
    let error = of(measured, "error_rate")?;
    let difficulties = match measured.chosen_difficulties() {
        1 => String::new(),
        2 => " Problems are of two difficulties.".to_owned(),
        _ => " Problems are of three difficulties.".to_owned(),
    };
    Some(format!("One answer is wrong with probability {error}.{difficulties}"))
}

fn shared(measured: &MeasuredLoop) -> Option<String> {
    let shared = of(measured, "errors.systematic_share")?;
    let Some(consistency) = of(measured, "errors.consistency") else {
        return Some(format!("Candidates share almost no mistakes: {shared} of the wrong answers are systematic."));
    };
    Some(format!(
        "Of the wrong answers {shared} are systematic: candidates share them, each with probability {consistency}. A vote \
         cannot see these."
    ))
}

fn learned(measured: &MeasuredLoop) -> Option<String> {
    let worse = of(measured, "right_to_wrong")?;
    let better = of(measured, "wrong_to_right")?;
    let persistence = of(measured, "learning.persistence").map_or_else(String::new, |one| {
        format!(" A systematic mistake that is trained on stays with probability {one}.")
    });
    let imprint = of(measured, "learning.imprint").map_or_else(String::new, |one| {
        format!(" Another wrong answer that is trained on becomes a mistake with probability {one}.")
    });
    Some(format!(
        "In the next generation {worse} of the right answers turn wrong, and {better} of the wrong ones right.{persistence}{imprint}"
    ))
}

fn check(measured: &MeasuredLoop) -> Option<String> {
    let accepted = of(measured, "accepted")?;
    let wrong = of(measured, "kept_wrong").map_or_else(String::new, |wrong| format!("; of these {wrong} are wrong"));
    let tells = measured.key("discrimination").map_or_else(String::new, |one| match one.number.value {
        j if j > 0.0 => format!(" It rejects wrong answers more often than right ones, by J = {}.", number(j, 3)),
        j if j < 0.0 => format!(
            " It rejects right answers more often than wrong ones, by {}: it selects for mistakes (J below 0).",
            number(-j, 3)
        ),
        _ => " It rejects right answers as often as wrong ones (J = 0): it carries no information.".to_owned(),
    });
    Some(format!("The check keeps {accepted} of the answers{wrong}.{tells}"))
}

fn counted(measured: &MeasuredLoop) -> String {
    let missing = match measured.missing.len() {
        0 => String::new(),
        1 => " One more is listed that they cannot determine.".to_owned(),
        count => format!(" {count} more entries list what they cannot determine."),
    };
    let (least, most) = measured.answers_per_problem;
    let each = match (least, most) {
        (1, 1) => "1 answer".to_owned(),
        _ if least == most => format!("{least} answers"),
        _ => format!("{least} to {most} answers"),
    };
    format!(
        "Measured from {} problems with {each} each: {} numbers with intervals.{missing}",
        measured.problems,
        measured.keys.len()
    )
}

/// The rule with the purest majority, in words.
pub(super) fn vote_title(measured: &MeasuredLoop, candidates: u32) -> Option<String> {
    let majority = candidates / 2 + 1;
    let vote = |agree: u32| measured.votes.iter().find(|vote| vote.candidates == candidates && vote.agree == agree);
    let said = |vote: &VoteMeasurement| {
        let right = vote.right.map(|right| percent(right.value, 3))?;
        Some(format!("keeps {} of the problems, {right} of them right", percent(vote.accepted.value, 3)))
    };
    Some(format!("A majority of {candidates} {}", said(vote(majority)?)?))
}

/// Whether chance takes the measured counts so far from the predicted ones in less than one of a hundred sets of samples.
fn is_off(measured: &MeasuredLoop) -> bool {
    let counts = &measured.right_counts;
    let observed: Vec<u64> =
        counts.iter().map(|one| (one.measured * measured.problems as f64).round() as u64).collect();
    let law: Vec<f64> = counts.iter().map(|one| one.predicted).collect();
    chi_square(&observed, &law).p_value < 0.01
}

/// How many difficulties the samples ask for.
pub(super) fn difficulty_title(measured: &MeasuredLoop) -> String {
    let change = |difficulties: usize| {
        measured.difficulties.iter().find(|fit| fit.difficulties == difficulties).map(|fit| fit.bic_change)
    };
    match measured.chosen_difficulties() {
        1 if is_off(measured) => {
            "One difficulty does not explain the counts of right answers, but there are too few problems to say more"
                .to_owned()
        }
        1 => "Problems of one difficulty explain the counts of right answers".to_owned(),
        chosen => {
            let better =
                change(chosen).map_or_else(String::new, |change| format!(" (BIC lower by {})", number(-change, 3)));
            let count = if chosen == 2 { "two" } else { "three" };
            format!("Problems of {count} difficulties explain the counts of right answers better than one{better}")
        }
    }
}

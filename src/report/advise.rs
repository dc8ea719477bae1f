//! What to label next, in sentences and tables.

use crate::fit::{AuditAllocation, ItemWorth, Measurement, PlannedAudits};
use crate::report::words::{number, percent, plain};
use crate::table::Table;

/// Gain in probability below which spreading the audits is not worth a word.
const SAME: f64 = 0.005;
/// Probability of detection below which audits are said not to help.
const HOPELESS: f64 = 0.05;

/// What the budget detects and what it would take, then which item is worth most.
#[must_use]
pub fn finding(planned: &PlannedAudits, worths: &[ItemWorth]) -> Vec<String> {
    let detection = hopeless(planned).map_or_else(|| plan(planned), |reason| vec![reason]);
    detection.into_iter().chain(reached(planned)).chain(value(worths)).collect()
}

/// Probability of a failure before the audits from which on it is said.
const FAILS_BEFORE: f64 = 0.05;

/// How probably the loop gets so far, where that is in doubt.
fn reached(planned: &PlannedAudits) -> Option<String> {
    (planned.reached <= 1.0 - FAILS_BEFORE).then(|| {
        format!(
            "The loop reaches generation {} without failing with probability {}; the plan is for the case that it does.",
            planned.by,
            percent(planned.reached, 3)
        )
    })
}

/// Why the best allocation leaves some of the budget.
fn unspent(planned: &PlannedAudits, best: &AuditAllocation) -> Option<String> {
    let left = planned.budget.saturating_sub(best.items());
    (left > 0).then(|| {
        let (left, budget) = (number(left as f64, 6), number(planned.budget as f64, 6));
        format!(
            "{left} of the budget of {budget} are not used: audits go to two generations at most, and no more kept examples of them are left."
        )
    })
}

/// Why no audit is needed, or none would help.
fn hopeless(planned: &PlannedAudits) -> Option<String> {
    let now = percent(planned.above_one, 3);
    if planned.above_one >= planned.level {
        return Some(format!("R > 1 is detected already: its probability is {now} without further audits."));
    }
    if planned.above_one == 0.0 {
        return Some("No draw of the fit has R above 1: there is nothing to detect.".to_owned());
    }
    let Some(best) = &planned.best else {
        return Some(format!(
            "No kept example up to generation {} is left to audit; --by names a later generation.",
            planned.by
        ));
    };
    (best.detected < HOPELESS).then(|| {
        format!(
            "Audits of {} kept examples will not detect R > 1 by generation {}: even the best allocation brings its posterior probability \
             (now {now}) to {} with probability {}, where R is above 1.",
            number(planned.budget as f64, 6),
            planned.by,
            percent(planned.level, 2),
            chance(best.detected)
        )
    })
}

/// What the budget detects, and what it would take.
fn plan(planned: &PlannedAudits) -> Vec<String> {
    let Some(best) = &planned.best else { return Vec::new() };
    let first = format!(
        "To detect R > 1 by generation {}, audit {}: where R is above 1, its posterior probability (now {}) then reaches {} with \
         probability {}.",
        planned.by,
        audits(best),
        percent(planned.above_one, 3),
        percent(planned.level, 2),
        chance(best.detected)
    );
    let last = planned.in_last.as_ref().filter(|last| best.detected - last.detected > SAME).map(|last| {
        let items = number(last.items() as f64, 6);
        format!("{items} of generation {} would do so with probability {}.", planned.generation, chance(last.detected))
    });
    let wanted = percent(planned.wanted, 3);
    let needed = match &planned.needed {
        Some(needed) => format!("For a probability of {wanted}, audit {}.", audits(needed)),
        None => format!(
            "No audits considered, of up to 6\u{202f}400 examples, do so with a probability of {wanted}; --by names a later generation."
        ),
    };
    [first].into_iter().chain(unspent(planned, best)).chain(last).chain([needed]).collect()
}

/// A probability of detection: a thousand draws tell none below a thousandth.
fn chance(probability: f64) -> String {
    if probability < 0.001 { "below 0.1\u{a0}%".to_owned() } else { percent(probability, 3) }
}

/// Kept examples by generation: 120 kept examples of generation 3 and 80 of generation 7.
fn audits(allocation: &AuditAllocation) -> String {
    let one = |(at, (generation, items)): (usize, &(u64, u64))| {
        let what = if at == 0 { " kept examples" } else { "" };
        format!("{}{what} of generation {generation}", number(*items as f64, 6))
    };
    allocation.audits.iter().enumerate().map(one).collect::<Vec<_>>().join(" and ")
}

/// Which single item narrows the runway most.
fn value(worths: &[ItemWorth]) -> Option<String> {
    let single = worths.iter().filter(|one| one.measurement.items() == 1);
    let best = single.max_by(|a, b| a.per_item.total_cmp(&b.per_item)).filter(|best| best.per_item > 0.0)?;
    let worth = number(best.per_item, 2);
    Some(format!(
        "The most valuable next item is {}: it is expected to narrow the standard deviation of the remaining runway by {worth} generations.",
        items(best.measurement)
    ))
}

/// Items of one kind: an audited example of the last generation, 200 test problems of the next.
fn items(measurement: Measurement) -> String {
    let (one, several, of) = match measurement {
        Measurement::Audit(_) => ("an audited example", "audited examples", "last"),
        Measurement::Evaluate(_) => ("a test problem", "test problems", "last"),
        Measurement::Next(_) => ("a test problem", "test problems", "next"),
    };
    match measurement.items() {
        1 => format!("{one} of the {of} generation"),
        items => format!("{} {several} of the {of} generation", number(items as f64, 6)),
    }
}

/// Why rows of the table of allocations are absent.
fn absent(planned: &PlannedAudits) -> Vec<String> {
    let mut reasons = Vec::new();
    if planned.best.is_none() {
        reasons.push(format!("No kept example up to generation {} is left to audit.", planned.by));
    } else if planned.in_last.is_none() {
        reasons.push(format!(
            "No kept example of generation {}, the last of the log, is left to audit.",
            planned.generation
        ));
    }
    if planned.best.is_some() && planned.needed.is_none() {
        let wanted = percent(planned.wanted, 3);
        reasons.push(format!(
            "For {wanted} there is no allocation: none of up to 6\u{202f}400 of the kept examples that are left detects R > 1 so surely."
        ));
    }
    reasons
}

/// The allocations and the worth of items for programs: a row for each generation of an allocation and for each kind of items.
#[must_use]
pub fn records(planned: &PlannedAudits, worths: &[ItemWorth]) -> Table {
    let heads = [
        "what",
        "measurement",
        "generation",
        "items",
        "detected",
        "false_alarm",
        "runway_sd_per_item",
        "runway_sd_after",
        "reached",
    ];
    let allocations = [("best", &planned.best), ("in_last", &planned.in_last), ("wanted", &planned.needed)];
    let allocated =
        allocations.into_iter().filter_map(|(name, one)| Some((name, one.as_ref()?))).flat_map(|(name, one)| {
            one.audits.iter().map(move |(generation, items)| {
                let numbers = [plain(one.detected), plain(one.false_alarm), String::new(), String::new()];
                let [detected, alarm, narrowed, after] = numbers;
                let (generation, items) = (generation.to_string(), items.to_string());
                let what = [name.to_owned(), "audit".to_owned(), generation, items];
                [&what[..], &[detected, alarm, narrowed, after, plain(planned.reached)]].concat()
            })
        });
    let weighed = worths.iter().map(|worth| {
        let (measurement, generation) = match worth.measurement {
            Measurement::Audit(_) => ("audit", planned.generation),
            Measurement::Evaluate(_) => ("evaluate", planned.generation),
            Measurement::Next(_) => ("evaluate", planned.generation.saturating_add(1)),
        };
        let what =
            ["worth".to_owned(), measurement.to_owned(), generation.to_string(), worth.measurement.items().to_string()];
        let numbers = [String::new(), String::new(), plain(worth.per_item), plain(worth.expected_sd), String::new()];
        [&what[..], &numbers].concat()
    });
    Table::of_rows("Audits", heads.map(|head| (head, 0)), allocated.chain(weighed))
}

/// The allocations, and what single items and the budget are worth.
#[must_use]
pub fn tables(planned: &PlannedAudits, worths: &[ItemWorth]) -> Vec<Table> {
    let allocations = [
        (format!("best of {}", number(planned.budget as f64, 6)), planned.best.as_ref()),
        ("all in the last generation".to_owned(), planned.in_last.as_ref()),
        (format!("for {}", percent(planned.wanted, 3)), planned.needed.as_ref()),
    ];
    // What there is no allocation for is said below the table, with the reason.
    let row = |(name, allocation): (String, Option<&AuditAllocation>)| {
        let one = allocation?;
        Some([name, audits(one), number(one.items() as f64, 6), chance(one.detected), chance(one.false_alarm)])
    };
    let columns = [
        ("Allocation", 0),
        ("Audit", 0),
        ("Examples", 2),
        ("Detects R > 1 where it is", 0),
        ("And where it is not", 1),
    ];
    let worth = |one: &ItemWorth| [items(one.measurement), number(one.per_item, 3), number(one.expected_sd, 3)];
    let heads = [
        ("Items", 0),
        ("Narrows the runway by (generations per item)", 0),
        ("Standard deviation then (generations)", 1),
    ];
    vec![
        Table::of_rows(
            format!("Audits that detect R > 1 by generation {}", planned.by),
            columns,
            allocations.into_iter().filter_map(row),
        )
        .noted(absent(planned)),
        Table::of_rows("What items are worth", heads, worths.iter().map(worth)),
    ]
}

//! The tables of the samples of a problem.

use crate::plan::inference::{InferencePlan, SampleDivision};
use crate::report::words::{number, or_dash, shares};
use crate::table::{Table, TableColumn};

use super::words::name;

/// Divisions with their runways, divisions by difficulty, resampling, and votes.
#[must_use]
pub fn tables(plan: &InferencePlan) -> Vec<Table> {
    let mut tables = vec![divisions(plan), by_difficulty(plan), resampling(plan), votes(plan)];
    tables.retain(|table| table.height() > 0);
    tables
}

fn share_column(title: &str, rank: u8, values: &[Option<f64>]) -> TableColumn {
    let column = shares(&values.iter().map(|value| value.unwrap_or(f64::NAN)).collect::<Vec<_>>());
    TableColumn::new(column.head(title), rank, column.cells)
}

/// The best, a plurality of all samples, and the front.
fn shown(plan: &InferencePlan) -> Vec<(&'static str, &SampleDivision)> {
    let best = plan.best.iter().map(|one| ("best", one));
    best.chain([("all on votes", &plan.votes)]).chain(plan.front.iter().map(|one| ("front", one))).collect()
}

fn divisions(plan: &InferencePlan) -> Table {
    let rows = shown(plan);
    let each = |value: fn(&SampleDivision) -> Option<f64>| rows.iter().map(|(_, one)| value(one)).collect::<Vec<_>>();
    let numbers = |value: fn(&SampleDivision) -> Option<f64>| {
        rows.iter().map(|(_, one)| or_dash(value(one).map(|value| number(value, 3)))).collect::<Vec<_>>()
    };
    let mut columns = vec![
        TableColumn::new("Division", 0, rows.iter().map(|(_, one)| name(one))),
        TableColumn::new("What it is", 1, rows.iter().map(|(what, _)| (*what).to_owned())),
        share_column("Right of the accepted", 0, &each(|one| one.purity)),
        share_column("Problems accepted", 0, &each(|one| Some(one.accepted))),
        TableColumn::new("Samples a problem", 2, numbers(|one| Some(one.samples))),
    ];
    let followed = rows.iter().any(|(_, one)| one.runway.is_some());
    if followed {
        columns.extend([
            TableColumn::new("Samples an example", 5, numbers(|one| Some(one.runway?.samples_per_example))),
            TableColumn::new("Runway (generations)", 3, numbers(|one| one.runway?.mean)),
            TableColumn::new("Runway per sample an example (generations)", 4, numbers(|one| one.runway?.per_sample)),
        ]);
    }
    let mut notes = vec![format!(
        "{} divisions were worked out. The front is what no other beats in purity and in problems accepted, or some of it.",
        plan.divisions
    )];
    if followed {
        notes.push("Runway: of the loop that trains on what the division accepts, in place of its own vote and filters; – where it is infinite.".to_owned());
    }
    Table::new("Divisions of the samples", columns).noted(notes)
}

/// Nothing where all problems are alike.
fn by_difficulty(plan: &InferencePlan) -> Table {
    let rows = shown(plan);
    let names = rows.iter().map(|(_, one)| name(one));
    let mut columns = vec![TableColumn::new("Division", 0, names)];
    for (at, difficulty) in plan.difficulties.iter().enumerate() {
        let each = |value: fn(&(Option<f64>, f64)) -> Option<f64>| -> Vec<Option<f64>> {
            rows.iter().map(|(_, one)| one.by_difficulty.get(at).and_then(value)).collect()
        };
        let error = crate::report::words::percent(difficulty.error, 2);
        columns.push(share_column(&format!("Right where {error} err"), 0, &each(|part| part.0)));
        columns.push(share_column(&format!("Accepted where {error} err"), 1, &each(|part| Some(part.1))));
    }
    let table = Table::new("By difficulty", columns);
    let alike = plan.difficulties.len() < 2;
    if alike {
        Table::new("", Vec::new())
    } else {
        table.noted(["A difficulty is named by the error rate of one sample.".to_owned()])
    }
}

fn resampling(plan: &InferencePlan) -> Table {
    let rows = &plan.resampling;
    let columns = vec![
        TableColumn::new("Check", 0, rows.iter().map(|row| row.check.clone())),
        TableColumn::new("Attempts", 0, rows.iter().map(|row| row.attempts.to_string())),
        share_column("Problems accepted", 0, &rows.iter().map(|row| Some(row.accepted)).collect::<Vec<_>>()),
        share_column("Right of the accepted", 0, &rows.iter().map(|row| row.purity).collect::<Vec<_>>()),
        share_column("Right, same problems", 1, &rows.iter().map(|row| row.purity_per_problem).collect::<Vec<_>>()),
        TableColumn::new("Samples a problem", 2, rows.iter().map(|row| number(row.samples, 3))),
    ];
    let table = Table::new("One answer behind a check, tried again", columns);
    if rows.is_empty() {
        return table;
    }
    table.noted(["“Right, same problems”: each kind of problem weighted as after one attempt. It does not change: further attempts change which problems are accepted, not how right they are.".to_owned()])
}

fn votes(plan: &InferencePlan) -> Table {
    let whole = plan
        .votes_curve
        .iter()
        .map(|point| (format!("plurality of {}", point.votes), point.votes as f64, point.purity, Some(point.coverage)));
    let stopped = plan.adaptive.iter().map(|vote| {
        let rule = match vote.stop_error {
            None => format!("up to {}, until the leader cannot be caught", plan.samples),
            Some(error) => {
                format!("up to {}, until an error of {}", plan.samples, crate::report::words::percent(error, 3))
            }
        };
        (rule, vote.votes, vote.purity, None)
    });
    let rows: Vec<(String, f64, f64, Option<f64>)> = whole.chain(stopped).collect();
    let columns = vec![
        TableColumn::new("Vote", 0, rows.iter().map(|row| row.0.clone())),
        TableColumn::new("Votes a problem", 0, rows.iter().map(|row| number(row.1, 3))),
        share_column("Winners right", 0, &rows.iter().map(|row| Some(row.2)).collect::<Vec<_>>()),
        share_column("Some vote right", 1, &rows.iter().map(|row| row.3).collect::<Vec<_>>()),
    ];
    let ceiling = crate::report::words::percent(plan.ceiling, 3);
    Table::new("Votes", columns).noted([format!("Ever more votes lead to {ceiling} right winners.")])
}

//! The tables of a plan.

use crate::plan::{DesignPlan, PlanQuestion, PlannedDesign};
use crate::report::words::{number, or_dash, probability};
use crate::table::{Table, TableColumn};

/// Rows of the front that are shown; JSON has them all.
const ROWS: usize = 12;

/// The choice beside what it was chosen from, the Pareto front, and what was varied.
#[must_use]
pub fn tables(plan: &DesignPlan) -> Vec<Table> {
    let mut tables = vec![choice(plan), front(plan), varied(plan)];
    tables.retain(|table| table.height() > 0);
    tables
}

fn choice(plan: &DesignPlan) -> Table {
    let chosen = if plan.met { "chosen" } else { "nearest" };
    let rows: Vec<(&str, &PlannedDesign)> = [
        (chosen, &plan.chosen),
        ("runner-up", &plan.runner_up),
        ("cheaper, and fails too often", &plan.cheaper),
        ("as it is", &plan.present),
    ]
    .into_iter()
    .filter_map(|(what, design)| Some((what, design.as_ref()?)))
    .collect();
    let designs: Vec<&PlannedDesign> = rows.iter().map(|(_, design)| *design).collect();
    let mut columns = numbers(plan, &designs);
    columns.insert(1, TableColumn::new("What it is", 1, rows.iter().map(|(what, _)| (*what).to_owned())));
    Table::new("Choice", columns)
}

fn front(plan: &DesignPlan) -> Table {
    // Evenly along a long front, both ends included.
    let last = plan.front.len().saturating_sub(1);
    let mut at: Vec<usize> = match plan.front.len() {
        0..=ROWS => (0..plan.front.len()).collect(),
        _ => (0..ROWS).map(|row| row * last / (ROWS - 1)).collect(),
    };
    at.dedup();
    let shown: Vec<&PlannedDesign> = at.iter().filter_map(|&index| plan.front.get(index)).collect();
    let mut notes = vec![match plan.question {
        PlanQuestion::Cheapest { .. } => {
            "No other design that was worked out costs as little and fails as seldom; designs likelier to fail than to last are left out."
        }
        PlanQuestion::Longest { .. } => "No other design that was worked out costs as little and lasts as long.",
    }
    .to_owned()];
    if shown.len() < plan.front.len() {
        notes.push(format!("{} of its {} designs; JSON has them all.", shown.len(), plan.front.len()));
    }
    let table = Table::new("Pareto front", numbers(plan, &shown));
    if shown.is_empty() { table } else { table.noted(notes) }
}

/// The columns that every list of designs has.
fn numbers(plan: &DesignPlan, designs: &[&PlannedDesign]) -> Vec<TableColumn> {
    let cost = |value: Option<f64>| or_dash(value.map(|value| number(value, 3)));
    let failed = |one: &&PlannedDesign| {
        let written = probability(one.failed, one.failed_error);
        written.trim_end_matches(['%', '\u{a0}']).to_owned()
    };
    let per_generation =
        |one: &&PlannedDesign| cost(one.cost.filter(|_| one.generations > 0).map(|cost| cost / one.generations as f64));
    vec![
        TableColumn::new("Design", 0, designs.iter().map(|one| one.name.clone())),
        TableColumn::new("Generations", 3, designs.iter().map(|one| one.generations.to_string())),
        TableColumn::new("Fails within them (%)", 0, designs.iter().map(failed)),
        TableColumn::new(format!("Cost ({})", plan.unit), 0, designs.iter().map(|one| cost(one.cost))),
        TableColumn::new(format!("Cost of a generation ({})", plan.unit), 2, designs.iter().map(per_generation)),
    ]
}

fn varied(plan: &DesignPlan) -> Table {
    let rows = plan.levers.iter().map(|lever| {
        let origin = if lever.default { "by default" } else { "--vary" };
        [lever.key.clone(), lever.values.clone(), origin.to_owned()]
    });
    Table::of_rows("What was varied", [("Key", 0), ("Values", 0), ("Asked by", 1)], rows)
        .noted(["Everything else is as the file has it; `--vary KEY=RANGE` varies more, such as examples=200:1000:5."
            .to_owned()])
}

//! A gate's verdict: in sentences and tables, as JUnit XML, and as the summary of a step on GitHub.

mod junit;
pub mod line;
mod tables;
pub mod words;

use crate::gate::GateVerdict;
use crate::table::Table;

pub use junit::junit;
pub use tables::{numbers, records, rules};

/// The verdict as Markdown, to be appended to the summary of a step on GitHub.
#[must_use]
pub fn summary(verdict: &GateVerdict) -> String {
    let title = format!("### runaway gate: {}", words::decision(verdict.decision));
    let tables =
        tables(verdict).into_iter().map(|table| format!("**{}**\n\n{}", table.title, table.to_markdown().trim_end()));
    let parts = [title].into_iter().chain(words::finding(verdict)).chain(tables).chain(words::rates());
    parts.map(|part| part + "\n\n").collect()
}

/// The numbers, where they can be used, and the rules.
#[must_use]
pub fn tables(verdict: &GateVerdict) -> Vec<Table> {
    numbers(verdict).into_iter().chain([rules(verdict)]).collect()
}

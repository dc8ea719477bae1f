//! Chains as text.

use std::fmt::Write;

use thiserror::Error;

use crate::analytic::absorbing::ExplicitChain;

use super::ChainFormat;
use super::exact::exact_row;

/// Transitions written as exact fractions, at most: some hundred bytes each.
pub const MOST_EXACT: usize = 400_000;

/// The text of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFiles {
    /// The file itself.
    pub main: String,
    /// Files beside it: what takes the place of the extension, and the text.
    pub companions: Vec<(&'static str, String)>,
}

/// Why a chain is not written.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum WriteRefusal {
    /// The format has no fractions.
    #[error("Matrix Market files hold decimals alone; write fractions to drn, prism or csv, or leave `--exact` out")]
    NoFractions,
    /// Too many fractions.
    #[error(
        "{transitions} transitions are more than the {MOST_EXACT} that are written as fractions; leave `--exact` out, or lower the \
         examples with `--set examples=…`"
    )]
    TooManyFractions {
        /// Transitions of the chain.
        transitions: usize,
    },
    /// A row that no fractions can mend.
    #[error("the row of state {state} misses 1 by more than any of its probabilities")]
    Row {
        /// The state.
        state: usize,
    },
}

/// Rows as they are written.
type WrittenRows = Vec<Vec<(usize, String)>>;

/// The files of a chain in a format: decimals that are read back as the same doubles, or, if `exact`, fractions whose rows sum to
/// exactly 1.
///
/// # Errors
/// [`WriteRefusal`] for fractions that the format has no place for, or too many of them.
pub fn write_chain(chain: &ExplicitChain, format: ChainFormat, exact: bool) -> Result<ChainFiles, WriteRefusal> {
    let (rows, remark) = written_rows(chain, format, exact)?;
    let origin: Vec<&str> = chain.origin().iter().map(String::as_str).chain([remark.as_str()]).collect();
    Ok(match format {
        ChainFormat::Drn => alone(drn(chain, &rows, &origin, exact)),
        ChainFormat::Csv => alone(csv(chain, &rows, &origin)),
        ChainFormat::MatrixMarket => matrix_market(chain, &rows, &origin),
        ChainFormat::Prism => prism(chain, &rows),
    })
}

fn alone(main: String) -> ChainFiles {
    ChainFiles { main, companions: Vec::new() }
}

/// The probabilities as text, and what to know of them.
fn written_rows(
    chain: &ExplicitChain,
    format: ChainFormat,
    exact: bool,
) -> Result<(WrittenRows, String), WriteRefusal> {
    if !exact {
        let row = |row: &Vec<(usize, f64)>| row.iter().map(|(to, p)| (*to, format!("{p:?}"))).collect();
        let remark =
            "probabilities are doubles with every digit; ways into an end are sums of their own, not 1 minus the rest";
        return Ok((chain.rows().iter().map(row).collect(), remark.to_owned()));
    }
    if format == ChainFormat::MatrixMarket {
        return Err(WriteRefusal::NoFractions);
    }
    let transitions = chain.transitions();
    if transitions > MOST_EXACT {
        return Err(WriteRefusal::TooManyFractions { transitions });
    }
    let mut most = 0.0_f64;
    let rows = chain.rows().iter().enumerate().map(|(state, row)| {
        let exact = exact_row(state, row).ok_or(WriteRefusal::Row { state })?;
        most = most.max(exact.change);
        Ok(exact.entries)
    });
    let rows = rows.collect::<Result<_, _>>()?;
    let remark = format!(
        "exact values of the doubles, but for one probability of each row, that of staying where it can, moved by at most {most:.2e} \
         for the row to sum to exactly 1"
    );
    Ok((rows, remark))
}

/// Storm's explicit format, with a reward of 1 for each step before an end.
fn drn(chain: &ExplicitChain, rows: &WrittenRows, origin: &[&str], exact: bool) -> String {
    let states = chain.states();
    let mut text = String::new();
    for line in origin {
        put(&mut text, format_args!("// {line}"));
    }
    let value = if exact { "rational" } else { "double" };
    put(&mut text, format_args!("@type: DTMC\n@value_type: {value}\n@parameters\n\n@reward_models\nsteps"));
    put(&mut text, format_args!("@nr_states\n{states}\n@nr_choices\n{states}\n@model"));
    for (state, row) in rows.iter().enumerate() {
        let reward = u8::from(!chain.is_absorbing(state));
        let init = if state == chain.start() { " init" } else { "" };
        let names: String = labels_of(chain, state).map(|name| format!(" {name}")).collect();
        put(&mut text, format_args!("state {state} [{reward}]{init}{names}\n\taction 0 [0]"));
        for (to, p) in row {
            put(&mut text, format_args!("\t\t{to} : {p}"));
        }
    }
    text
}

/// One line for each transition, below comments that hold start and labels.
fn csv(chain: &ExplicitChain, rows: &WrittenRows, origin: &[&str]) -> String {
    let mut text = String::new();
    for line in origin {
        put(&mut text, format_args!("# {line}"));
    }
    put(&mut text, format_args!("# states: {}\n# start: {}", chain.states(), chain.start()));
    for label in chain.labels() {
        let states: String = label.states.iter().map(|state| format!(" {state}")).collect();
        put(&mut text, format_args!("# label {}:{states}", label.name));
    }
    put(&mut text, format_args!("from,to,probability"));
    for (from, row) in rows.iter().enumerate() {
        for (to, p) in row {
            put(&mut text, format_args!("{from},{to},{p}"));
        }
    }
    text
}

/// A sparse matrix numbered from 1, and a table of labels with the same numbers.
fn matrix_market(chain: &ExplicitChain, rows: &WrittenRows, origin: &[&str]) -> ChainFiles {
    let mut main = "%%MatrixMarket matrix coordinate real general\n".to_owned();
    for line in origin {
        put(&mut main, format_args!("% {line}"));
    }
    put(
        &mut main,
        format_args!("% rows and columns are states from 1; start and labels stand in the .labels.csv beside"),
    );
    let states = chain.states();
    put(&mut main, format_args!("{states} {states} {}", chain.transitions()));
    for (from, row) in rows.iter().enumerate() {
        for (to, p) in row {
            put(&mut main, format_args!("{} {} {p}", from + 1, to + 1));
        }
    }
    let mut labels = "state,label\n".to_owned();
    put(&mut labels, format_args!("{},init", chain.start() + 1));
    for label in chain.labels() {
        for state in &label.states {
            put(&mut labels, format_args!("{},{}", state + 1, label.name));
        }
    }
    ChainFiles { main, companions: vec![("labels.csv", labels)] }
}

/// PRISM's transitions, labels, states and rewards.
fn prism(chain: &ExplicitChain, rows: &WrittenRows) -> ChainFiles {
    let mut transitions = format!("{} {}\n", chain.states(), chain.transitions());
    for (from, row) in rows.iter().enumerate() {
        for (to, p) in row {
            put(&mut transitions, format_args!("{from} {to} {p}"));
        }
    }
    let mut labels = "0=\"init\" 1=\"deadlock\"".to_owned();
    for (index, label) in (2..).zip(chain.labels()) {
        let _ = write!(labels, " {index}=\"{}\"", label.name);
    }
    labels.push('\n');
    for state in 0..chain.states() {
        let init = (state == chain.start()).then_some(0);
        let named = (2..).zip(chain.labels()).filter(|(_, label)| label.states.binary_search(&state).is_ok());
        let numbers: String = init.into_iter().chain(named.map(|(index, _)| index)).map(|i| format!(" {i}")).collect();
        if !numbers.is_empty() {
            put(&mut labels, format_args!("{state}:{numbers}"));
        }
    }
    let open: Vec<usize> = (0..chain.states()).filter(|&state| !chain.is_absorbing(state)).collect();
    let mut rewards = format!("{} {}\n", chain.states(), open.len());
    for state in open {
        put(&mut rewards, format_args!("{state} 1"));
    }
    let mut companions = vec![("lab", labels), ("srew", rewards)];
    if !chain.variables().is_empty() {
        companions.push(("sta", prism_states(chain)));
    }
    ChainFiles { main: transitions, companions }
}

/// What each state stands for.
fn prism_states(chain: &ExplicitChain) -> String {
    let names: Vec<&str> = chain.variables().iter().map(|(name, _)| *name).collect();
    let mut text = format!("({})\n", names.join(","));
    for state in 0..chain.states() {
        let values: Vec<String> = chain.variables().iter().map(|(_, values)| values[state].to_string()).collect();
        put(&mut text, format_args!("{state}:({})", values.join(",")));
    }
    text
}

fn labels_of(chain: &ExplicitChain, state: usize) -> impl Iterator<Item = &str> {
    let labels = chain.labels().iter().filter(move |label| label.states.binary_search(&state).is_ok());
    labels.map(|label| label.name.as_str())
}

/// Adds a line; writing to a string cannot fail.
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{line}");
}

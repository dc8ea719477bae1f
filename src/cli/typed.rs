//! Values as they are typed, and what `--help` says of them.

use crate::fit::Measurement;
use crate::scenario::quantity_names;

/// What follows the help.
pub(super) const EXIT_CODES: &str = "\
Results go to standard output, progress and errors to standard error.
Exit codes: 0 done; 1 failure while working (files, refused simulations); 2 wrong usage; 3 bad input (scenario files, \
overrides, logs and samples); 4 the sampler of a fit has not settled; 10 the verdict is negative (`check`, `report`: exact and simulated curves differ; `compare`: a claim of the file does not hold).";

/// What a file can state, for `compare --help`.
pub(super) fn statements() -> String {
    format!(
        "A [[claim]] or [[published]] table of a file states something about a `quantity` of its loop or of one `design`, at \
         a `generation` (0 unless told): {}. `coverage` takes a number of `attempts` (unless told, the candidates of the vote); \
         `reward-accuracy` is the share of candidates whose agreement with the vote tells whether they are right.",
        quantity_names()
    )
}

pub(super) fn share(typed: &str) -> Result<f64, String> {
    within(typed, |share| (0.0..=1.0).contains(&share), "a share lies in [0, 1]")
}

pub(super) fn measurement(typed: &str) -> Result<Measurement, String> {
    let rule = || "a measurement is evaluate=ITEMS, audit=ITEMS or next=ITEMS, with 1 to 1000000 items".to_owned();
    let (what, items) = typed.split_once('=').ok_or_else(rule)?;
    let items: u64 = items.parse().ok().filter(|items| (1..=1_000_000).contains(items)).ok_or_else(rule)?;
    match what {
        "evaluate" => Ok(Measurement::Evaluate(items)),
        "audit" => Ok(Measurement::Audit(items)),
        "next" => Ok(Measurement::Next(items)),
        _ => Err(rule()),
    }
}

pub(super) fn level(typed: &str) -> Result<f64, String> {
    within(typed, |level| level > 0.0 && level < 1.0, "a level lies between 0 and 1")
}

fn within(typed: &str, holds: impl Fn(f64) -> bool, rule: &str) -> Result<f64, String> {
    typed.parse().ok().filter(|&value| holds(value)).ok_or_else(|| rule.to_owned())
}

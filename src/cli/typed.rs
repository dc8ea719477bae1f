//! Values as they are typed, and what `--help` says of them.

use thiserror::Error;

use crate::fit::Measurement;
use crate::plan::inference::RevisionRates;
use crate::scenario::{MAX_CANDIDATES, quantity_names};
use crate::sweep::CellRange;

/// The rule that a typed value breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum TypedError {
    #[error("a share lies in [0, 1]")]
    Share,
    #[error("an amount is a finite number above 0")]
    Amount,
    #[error("write SPOILED:MENDED, two shares in [0, 1], such as 0.05:0.2")]
    Revision,
    #[error("an accepted probability of failing is at least 0 and below 1")]
    Failure,
    #[error("a level lies between 0 and 1")]
    Level,
    #[error("a measurement is evaluate=ITEMS, audit=ITEMS or next=ITEMS, with 1 to 1000000 items")]
    Measurement,
    #[error("write none, other, or vote:MofN with M from 1 to N and N up to {MAX_CANDIDATES}, such as vote:3of5")]
    Checks,
    #[error("a sampling temperature lies above 0 and is at most 10")]
    Temperature,
    #[error("write K/N, such as 3/64, with K from 1 to N and N up to 1000000")]
    Shard,
    #[error("write NAME=COLUMN, such as generation=iteration")]
    Column,
}

/// What follows the help.
pub(super) const EXIT_CODES: &str = "\
Results go to standard output, progress and errors to standard error.
Exit codes: 0 done; 1 failure while working (files, refused simulations); 2 wrong usage; 3 bad input (scenario files, \
overrides, logs, samples, parts of a sweep and chains); 4 the sampler of a fit has not settled; 10 the verdict is negative (`check`, `report`: exact and simulated curves differ; `compare`: a claim of the file does not hold; `plan`: no design does what was asked; `gate`, `fit --fail-if`: a rule says stop); 11 not enough data for a verdict; 12 the model does not fit the log (both of `gate` and `fit --fail-if`).";

/// What a file can state, for `compare --help`.
pub(super) fn statements() -> String {
    format!(
        "A [[claim]] or [[published]] table of a file states something about a `quantity` of its loop or of one `design`, at \
         a `generation` (default 0): {}. `coverage` takes a number of `attempts` (default: the candidates of the vote); \
         `reward-accuracy` is the share of candidates whose agreement with the vote shows whether they are right.",
        quantity_names()
    )
}

pub(super) fn share(typed: &str) -> Result<f64, TypedError> {
    within(typed, |share| (0.0..=1.0).contains(&share), TypedError::Share)
}

pub(super) fn measurement(typed: &str) -> Result<Measurement, TypedError> {
    let (what, items) = typed.split_once('=').ok_or(TypedError::Measurement)?;
    let items: u64 =
        items.parse().ok().filter(|items| (1..=1_000_000).contains(items)).ok_or(TypedError::Measurement)?;
    match what {
        "evaluate" => Ok(Measurement::Evaluate(items)),
        "audit" => Ok(Measurement::Audit(items)),
        "next" => Ok(Measurement::Next(items)),
        _ => Err(TypedError::Measurement),
    }
}

pub(super) fn level(typed: &str) -> Result<f64, TypedError> {
    within(typed, |level| level > 0.0 && level < 1.0, TypedError::Level)
}

pub(super) fn failure(typed: &str) -> Result<f64, TypedError> {
    within(typed, |share| (0.0..1.0).contains(&share), TypedError::Failure)
}

pub(super) fn revision(typed: &str) -> Result<RevisionRates, TypedError> {
    let shares = typed.split_once(':').and_then(|(spoiled, mended)| Some((share(spoiled).ok()?, share(mended).ok()?)));
    let (right_to_wrong, wrong_to_right) = shares.ok_or(TypedError::Revision)?;
    Ok(RevisionRates { right_to_wrong, wrong_to_right })
}

pub(super) fn amount(typed: &str) -> Result<f64, TypedError> {
    within(typed, |amount| amount > 0.0 && amount.is_finite(), TypedError::Amount)
}

fn within(typed: &str, holds: impl Fn(f64) -> bool, error: TypedError) -> Result<f64, TypedError> {
    typed.parse().ok().filter(|&value| holds(value)).ok_or(error)
}

/// A part of so many, counted from 1.
pub(super) fn shard(typed: &str) -> Result<CellRange, TypedError> {
    let numbers = typed.split_once('/').and_then(|(shard, of)| Some((shard.parse().ok()?, of.parse().ok()?)));
    let legal = |&(shard, of): &(u64, u64)| (1..=1_000_000).contains(&of) && (1..=of).contains(&shard);
    numbers.filter(legal).map(|(shard, of)| CellRange { shard, of }).ok_or(TypedError::Shard)
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

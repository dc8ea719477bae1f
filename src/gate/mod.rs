//! When to stop a loop: rules about what a fit says, a verdict, and how often such rules have been right.
//!
//! `rule` holds the rules and `parse` reads them; `verdict` judges a fit by them; `rates` counts how they would have done on the
//! back-tests, from the table `backtested.csv`. The table is made of reports/backtest*/backtest.json, the set `lm-held` kept
//! aside, by
//!
//! ```sh
//! WRITE_GATE_TABLE=1 cargo test --test suite gate_table
//! ```
//!
//! and the same test without the variable compares the two.

mod parse;
mod rates;
mod rule;
mod verdict;

pub use parse::{RULE_GRAMMAR, RuleError};
pub use rates::{BacktestedChecks, LeadTime, RateEstimate, RuleRates};
pub use rule::{QuantileLevel, RuleComparison, RuleQuantity, RuleValue, StopRule};
pub use verdict::{
    FEWEST_GENERATIONS, GateDecision, GateNumbers, GateOptions, GateVerdict, MissingData, RuleEnd, RuleOutcome,
    WhyUndecided,
};

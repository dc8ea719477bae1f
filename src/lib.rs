//! How many generations a self-training loop has before its mistakes run away, and what would buy more.
//!
//! When a language model trains on its own outputs, small mistakes are learned, repeated and multiplied. A [`Scenario`]
//! describes such a loop: error per step, catch rates of its checks, persistence of its mistakes. Every generation is a
//! state of a Markov chain whose [`law`] follows from the scenario. [`analytic`] solves it exactly, [`simulate`] plays it
//! independently, [`compare`] holds the two against each other, and [`report`] draws what they found.
//!
//! | module | what it does |
//! |---|---|
//! | [`quantity`] | probabilities, rates and counts that cannot hold an illegal value |
//! | [`scenario`] | reads and checks a loop's description |
//! | [`law`] | one generation: from what a model believes to what the next one will |
//! | [`analytic`] | reproduction number, floor, tipping point, regime, exact law of the runway |
//! | [`simulate`] | agents (from the scenario alone) and counts (from the law) |
//! | [`compare`] | a verdict at a stated level |
//! | [`cost`] | what a generation costs |
//! | [`plan`] | designs side by side: runway, price, what each check catches |
//! | [`claims`] | numbers of a solved loop by name, for claims and published values |
//! | [`explain`] | where mistakes enter, what each check catches, what is learned |
//! | [`fit`] | from the log of a running loop to its remaining runway |
//! | [`table`] | one table for terminal, page, Markdown and CSV |
//! | [`report`] | figures (SVG) and a self-contained page |
//!
//! ```
//! use runaway::analytic::{Regime, solve};
//! use runaway::scenario::{Origin, Scenario};
//!
//! let text = "name = \"unverified\"\n[errors]\namplification = 20";
//! let scenario = Scenario::parse(text, Origin::Text, &[])?;
//! let solution = solve(&scenario);
//! assert_eq!(solution.regime, Some(Regime::Avalanche));
//! assert!(solution.reproduction_number.is_some_and(|r| (r - 1.41411642).abs() < 1e-8));
//! // Expected runway before one answer in two is wrong, in generations.
//! assert!((solution.runway.mean.unwrap() - 6.41397869319).abs() < 1e-9);
//! # Ok::<(), runaway::scenario::ScenarioError>(())
//! ```
//!
//! [`Scenario`]: scenario::Scenario

pub mod analytic;
pub mod claims;
pub mod cli;
pub mod compare;
pub mod cost;
pub mod explain;
pub mod files;
pub mod fit;
pub mod law;
pub mod measure;
pub mod plan;
pub mod provenance;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod simulate;
pub mod stats;
pub mod table;

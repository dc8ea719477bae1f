//! How many generations a self-training loop has before its mistakes run away, and what would buy more.
//!
//! When a language model trains on its own outputs, small mistakes are learned, repeated and multiplied. A [`Scenario`]
//! describes such a loop: error per step, catch rates of its checks, persistence of its mistakes. Every generation is a
//! state of a Markov chain whose [`law`] follows from the scenario. [`solve`] solves it exactly, [`simulate()`] plays it
//! independently, [`check`] compares the two, and [`report()`] draws what they found.
//!
//! | to | start from |
//! |---|---|
//! | describe a loop | [`Scenario`]: from a file, from text, or by [`Scenario::builder`] |
//! | know its runway | [`solve`] |
//! | play it | [`simulate()`] |
//! | see whether both agree | [`check`] |
//! | compare designs | [`compare()`] |
//! | choose a design | [`plan::PlanSpace`], [`plan::inference::divide`] |
//! | learn from a running loop | [`Log`], then [`fit()`], or [`Fitted`] for several questions |
//! | draw a page | [`report()`] |
//!
//! The modules behind them:
//!
//! | module | what it does |
//! |---|---|
//! | [`quantity`] | probabilities, rates and counts that cannot hold an illegal value |
//! | [`scenario`] | reads and checks a loop's description |
//! | [`law`] | one generation: from what a model believes to what the next one will |
//! | [`analytic`] | reproduction number, floor, tipping point, regime, exact law of the runway |
//! | [`simulate`](mod@simulate) | agents (from the scenario alone) and counts (from the law) |
//! | [`compare`](mod@compare) | a verdict at a stated level |
//! | [`cost`] | what a generation costs |
//! | [`plan`] | designs side by side, the search for a design, the samples of a problem |
//! | [`sweep`](mod@sweep) | a loop over a grid of its keys, in parts that can be resumed and merged |
//! | [`claims`] | numbers of a solved loop by name, for claims and published values |
//! | [`explain`] | where mistakes enter, what each check catches, what is learned |
//! | [`fit`](mod@fit) | from the log of a running loop to its remaining runway |
//! | [`gate`] | stop or go: rules held to a fit, and how often such rules have been right |
//! | [`interop`] | explicit chains in the files of Storm, PRISM and others |
//! | [`report`](mod@report) | figures (SVG) and a self-contained page |
//! | [`table`] | one table for terminal, page, Markdown and CSV |
//!
//! Modules that are public for the program and for this crate's tests alone are not listed: they may change at any time.
//!
//! ```
//! use runaway::analytic::Regime;
//! use runaway::scenario::Origin;
//! use runaway::{Scenario, solve};
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

pub mod analytic;
pub mod claims;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod compare;
pub mod cost;
pub mod explain;
#[doc(hidden)]
pub mod files;
pub mod fit;
pub mod gate;
pub mod interop;
pub mod law;
pub mod measure;
pub mod plan;
pub mod provenance;
pub mod quantity;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod sensitivity;
pub mod simulate;
#[doc(hidden)]
pub mod stats;
pub mod sweep;
pub mod table;

pub use analytic::solve;
pub use compare::check;
pub use fit::{Fitted, Log, fit};
pub use plan::compare;
/// ```
/// use runaway::provenance::Provenance;
/// use runaway::report::ReportInputs;
/// use runaway::scenario::Origin;
/// use runaway::{Scenario, report, solve};
///
/// let text = "name = \"small\"\nexamples = 50\nhorizon = 10\n[errors]\namplification = 20";
/// let scenario = Scenario::parse(text, Origin::Text, &[])?;
/// let provenance = Provenance::new(&scenario, "my program".to_owned());
/// let page = report(&ReportInputs {
///     scenario: &scenario,
///     provenance: &provenance,
///     solution: &solve(&scenario),
///     simulated: None,
///     verdict: None,
///     account: None,
///     safety: None,
///     posterior: None,
///     sensitivity: None,
/// })?;
/// assert!(page.html.starts_with(b"<!DOCTYPE html>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "report")]
#[doc(inline)]
pub use report::render as report;
pub use scenario::Scenario;
pub use simulate::simulate;

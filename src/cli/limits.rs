//! Work estimated before it begins: numbers that a user gives set the length of loops, and nobody should wait to find out.
//!
//! One mechanism for every command: [`WorkEstimate`] is a sum of parts, each with the option that lowers it. Long work is announced,
//! very long work refused unless `--allow-long` is given, and what does not fit into memory is refused in any case. The
//! estimates are of one processor's time, from scenario and settings alone, so that the answer is the same on every machine.

use std::ops::Range;

use crate::analytic::Sweeper;
use crate::analytic::method::{self, ExactMethod};
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};
use crate::sweep::SweepPlan;

use super::UsageError;
use super::args::PatienceArgs;
use super::playing::{EngineArg, PlayArgs};
use super::standard_error;

/// Elementary operations in a second of one processor.
const SPEED: f64 = 1e9;
/// Work that is announced, in seconds.
const ANNOUNCED: f64 = 30.0;
/// Work that is refused without `--allow-long`, in seconds: half an hour.
const PATIENCE: f64 = 1_800.0;
/// Memory that is refused in any case, in bytes: less than any machine has on which a report takes no minutes.
const MEMORY: f64 = 4e9;

/// Operations behind each kind of work, each measured on loops like those under models/.
mod price {
    /// One candidate of an agent: belief, slips, mistake, ballot.
    pub const CANDIDATE: f64 = 60.0;
    /// One step of the agents' own recursion.
    pub const STEP: f64 = 4.0;
    /// One generation of the event-driven engine without its mistakes.
    pub const EVENTS: f64 = 5e3;
    /// One generation drawn from a known law.
    pub const DRAW: f64 = 500.0;
    /// One evaluation of the law, without its filters and candidates.
    pub const LAW: f64 = 500.0;
    /// One filter of the law.
    pub const FILTER: f64 = 20.0;
    /// One generation of curves, with its moments and its place in the results.
    pub const GENERATION: f64 = 2e4;
    /// One generation of the most counts that are visited one by one.
    pub const COUNTS: f64 = 1e8;
    /// One generation by quadrature where the law stays, and where it changes.
    pub const QUADRATURE: f64 = 2e6;
    pub const QUADRATURE_ANEW: f64 = 5e7;
    /// One scenario of a sweep on few nodes, read and solved.
    pub const SWEPT: f64 = 5e5;
    /// One whose failures are too rare for few nodes, with 10,000 examples or fewer.
    pub const SWEPT_SLOWLY: f64 = 1e8;
    /// Evaluations of the law for R, floor and tipping point of a generation whose law is its own.
    pub const OUTLOOK: f64 = 4_096.0;
    /// Evaluations of the law for the thresholds of one filter: three parameters, sixty halvings, a matrix each.
    pub const THRESHOLDS: f64 = 5_400.0;
    /// Multiplications of the two-dimensional chain that are done in the time of one operation.
    pub const CHAIN2D_PRODUCTS: f64 = 10.0;
    /// The two-dimensional chain over all generations: it gives up by itself.
    pub const CHAIN2D: f64 = 5e10;
    /// One loop whose law stays, for R, runway and failure alone.
    pub const VARIANT: f64 = 2e6;
    /// Levels of a splitting.
    pub const LEVELS: f64 = 50.0;
    /// One sweep of a fit over one generation of its log: every walker of every ensemble filters it.
    pub const SWEEP: f64 = 2e6;
    /// Bytes kept of one run of one design.
    pub const RUN_BYTES: f64 = 64.0;
}

/// A part of the work of a command.
#[derive(Debug, Clone)]
struct WorkPart {
    seconds: f64,
    /// What it is, in words: "1e12 runs of 60 generations".
    what: String,
    /// What makes it less.
    remedy: &'static str,
}

/// The work that a command is about to do.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkEstimate {
    parts: Vec<WorkPart>,
    bytes: f64,
}

impl WorkEstimate {
    /// Solving a loop.
    pub fn solve(self, scenario: &Scenario) -> Self {
        let (horizon, law) = (scenario.horizon.get() as f64, law(scenario));
        let filters = scenario.filters.len() as f64;
        let changes = changes(scenario);
        let outlook = if changes { price::OUTLOOK * law } else { 0.0 };
        let curves = horizon * (price::GENERATION + outlook + generation(scenario, law));
        self.part(curves, format!("solving {horizon} generations"), "lower `horizon`").part(
            filters * price::THRESHOLDS * law,
            format!("the thresholds of {filters} filters"),
            "use fewer filters",
        )
    }

    /// Solving this number of variants of a loop for R, runway and failure alone.
    pub fn variants(self, scenario: &Scenario, variants: usize) -> Self {
        let each = if scenario.has_unsound() || changes(scenario) {
            scenario.horizon.get() as f64 * generation(scenario, law(scenario))
        } else {
            price::VARIANT
        };
        let what = format!("solving {variants} variants of the loop");
        self.part(variants as f64 * each, what, "lower `--evaluations` or `examples`")
    }

    /// Sweeping a loop over some cells of a grid, estimated from a few of them.
    pub fn sweep(self, plan: &SweepPlan, cells: &Range<u64>) -> Self {
        /// Cells that are looked at.
        const LOOKED_AT: u64 = 64;
        let all = cells.end - cells.start;
        let looked_at: Vec<f64> = (0..all.min(LOOKED_AT))
            .filter_map(|at| {
                let cell = cells.start + at * all / all.min(LOOKED_AT);
                let scenario = plan.scenario_of(cell).ok()?;
                Some(swept(&scenario))
            })
            .collect();
        let each = looked_at.iter().sum::<f64>() / (looked_at.len().max(1)) as f64;
        self.part(each * all as f64, format!("sweeping {all} cells"), "ask for fewer points, or for a `--shard`")
    }

    /// Playing a loop.
    pub fn play(self, scenario: &Scenario, play: PlayArgs) -> Self {
        let runs = play.replicates() as f64;
        let horizon = scenario.horizon.get() as f64;
        let what = format!("{runs} runs of {horizon} generations by {}", play.engine.name());
        let remedy = match play.engine {
            EngineArg::Agents => "use `--engine events` or `counts`, or lower `--replicates` or `--horizon`",
            EngineArg::Events => "use `--engine counts`, or lower `--replicates` or `--horizon`",
            EngineArg::Counts => "lower `--replicates` or `--horizon`",
        };
        self.part(runs * horizon * step(scenario, play.engine), what, remedy)
    }

    /// Splitting on the way to rare failures, with `effort` runs at each level.
    pub fn rare(self, scenario: &Scenario, play: PlayArgs, effort: u64) -> Self {
        let runs = play.repetitions() as f64 * effort as f64 * price::LEVELS;
        let horizon = scenario.horizon.get() as f64;
        let what = format!("{} repetitions of a splitting over {horizon} generations", play.repetitions());
        self.part(runs * horizon * step(scenario, play.engine), what, "lower `--replicates` or `--horizon`")
    }

    /// Comparing a design with others: solved, played, and weighed against what its file states.
    pub fn design(mut self, scenario: &Scenario, replicates: u64) -> Self {
        let (runs, horizon) = (replicates as f64, scenario.horizon.get() as f64);
        self.bytes += runs * price::RUN_BYTES;
        let what = format!("{runs} runs of {horizon} generations for each design");
        let played = runs * horizon * (price::DRAW + step(scenario, EngineArg::Counts));
        self.solve(scenario).part(played, what, "lower `--replicates` or `--horizon`")
    }

    /// Following the runs of the designs of a search, each with the most generations that it may take.
    pub fn search<'a>(self, runs: impl Iterator<Item = (&'a Scenario, u64)>) -> Self {
        let (mut designs, mut operations) = (0_usize, 0.0);
        for (scenario, generations) in runs {
            designs += 1;
            operations += generations as f64 * generation(scenario, law(scenario));
        }
        self.part(
            operations,
            format!("runs of {designs} designs"),
            "vary fewer keys (--only), or lower `--generations`",
        )
    }

    /// Fitting logs: `sweeps` of each fit over `generations` in all fits together.
    pub fn fits(self, fits: usize, sweeps: usize, generations: usize) -> Self {
        let operations = fits as f64 * sweeps as f64 * generations as f64 * price::SWEEP;
        let noun = if fits == 1 { "fit" } else { "fits" };
        let what = format!("{fits} {noun} of {sweeps} sweeps over {generations} generations");
        self.part(operations, what, "lower `--sweeps`")
    }

    fn part(mut self, operations: f64, what: String, remedy: &'static str) -> Self {
        self.parts.push(WorkPart { seconds: operations / SPEED, what, remedy });
        self
    }

    /// Seconds of one processor.
    pub fn seconds(&self) -> f64 {
        self.parts.iter().map(|part| part.seconds).sum()
    }

    /// Lets the work begin, with a word on standard error where it takes long.
    ///
    /// # Errors
    /// [`UsageError`] where it takes too long, or more memory than there is.
    pub fn admit(&self, patience: PatienceArgs) -> anyhow::Result<()> {
        let seconds = self.seconds();
        let Some(most) = self.parts.iter().max_by(|one, other| one.seconds.total_cmp(&other.seconds)) else {
            return Ok(());
        };
        if self.bytes > MEMORY {
            let (needed, limit) = (self.bytes / 1e9, MEMORY / 1e9);
            let rule = format!("{}: {needed:.0} GB of memory are more than the {limit} GB that are used", most.what);
            return Err(UsageError(format!("{rule}; lower `--replicates`")).into());
        }
        if seconds > PATIENCE && !patience.allow_long {
            let (long, limit) = (duration(seconds), duration(PATIENCE));
            return Err(UsageError(format!(
                "{}: some {long} of one processor, and more than {limit} are not begun unasked; {}, or give `--allow-long`",
                most.what, most.remedy
            ))
            .into());
        }
        if seconds > ANNOUNCED {
            // A note that cannot be written is no reason to stop.
            let _ = standard_error::note(&format!("{}: up to {} of one processor", most.what, duration(seconds)));
        }
        Ok(())
    }
}

/// Operations of one cell of a sweep.
fn swept(scenario: &Scenario) -> f64 {
    if !Sweeper::is_quick(scenario) {
        return SPEED * WorkEstimate::default().solve(scenario).seconds();
    }
    if Sweeper::may_be_slow(scenario) {
        return price::SWEPT_SLOWLY * (scenario.examples.as_f64() / 1e4).max(1.0);
    }
    price::SWEPT
}

/// Whether every generation has a law of its own.
fn changes(scenario: &Scenario) -> bool {
    scenario.learning.policy == Policy::Accumulate || scenario.settles_at() != Some(0)
}

/// Operations of one evaluation of the law.
fn law(scenario: &Scenario) -> f64 {
    price::LAW + price::FILTER * scenario.filters.len() as f64 + scenario.vote.candidates.as_f64()
}

/// Operations of carrying the exact law on by one generation; the largest of the horizon where they grow.
fn generation(scenario: &Scenario, law: f64) -> f64 {
    match method::choose(scenario) {
        // Beyond the exact methods there is the linear-noise approximation, some hundred evaluations a generation.
        Err(_) => 100.0 * law,
        Ok(ExactMethod::PairsOfCounts) => (scenario.examples.as_f64().powi(4) / 4.0 / price::CHAIN2D_PRODUCTS)
            .min(price::CHAIN2D / scenario.horizon.as_f64()),
        Ok(ExactMethod::Counts) => {
            let pool = method::largest_pool(scenario) as f64;
            let anew = if changes(scenario) { pool * law } else { 0.0 };
            (pool * pool / 4.0).min(price::COUNTS) + anew
        }
        Ok(_) if changes(scenario) => price::QUADRATURE_ANEW,
        Ok(_) => price::QUADRATURE,
    }
}

/// Operations of one generation of one run.
fn step(scenario: &Scenario, engine: EngineArg) -> f64 {
    let start = Law::new(scenario, 0).at(Composition::start(scenario));
    // Agents give up where the checks let almost nothing pass.
    let problems = scenario.examples.as_f64() / start.accepted_share().max(1e-6);
    let candidates = problems * scenario.vote.candidates.as_f64();
    let steps = price::STEP * scenario.steps_at(scenario.horizon.get()) as f64;
    match engine {
        EngineArg::Agents => price::CANDIDATE * candidates + steps,
        EngineArg::Events => price::EVENTS + price::CANDIDATE * candidates * start.error_rate.min(0.5) + steps,
        EngineArg::Counts if changes(scenario) || scenario.has_unsound() => price::DRAW + law(scenario),
        EngineArg::Counts => price::DRAW,
    }
}

/// A duration for people.
fn duration(seconds: f64) -> String {
    let units = [(31_557_600.0, "years"), (86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds >= 1.5 * size).unwrap_or((1.0, "seconds"));
    let amount = seconds / size;
    if amount < 1e6 { format!("{amount:.0} {unit}") } else { format!("{amount:.1e} {unit}") }
}

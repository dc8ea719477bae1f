//! `runaway watch`.

use std::time::Duration;

use clap::Args;

use crate::cli::examples;

use super::fitting::{GateRuleArgs, LogFitArgs};

#[derive(Debug, Args)]
#[command(after_help = format!("{}\n\n{}\n\n{CODES}", examples::of("watch"), crate::gate::RULE_GRAMMAR))]
pub struct WatchArgs {
    #[command(flatten)]
    pub log: LogFitArgs,
    #[command(flatten)]
    pub gate: GateRuleArgs,
    /// Look once, say how the loop stands, and end
    #[arg(long)]
    pub once: bool,
    /// End when the log has not changed for so many seconds; without it, only a rule that is met or an error ends the watch
    #[arg(long, value_name = "SECONDS", value_parser = seconds, conflicts_with = "once")]
    pub idle: Option<Duration>,
    /// Look at the log every so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "2")]
    pub every: Duration,
    /// A JSON object a line: the evaluation and, for the newest generation, the verdict with all its numbers
    #[arg(long)]
    pub json: bool,
}

/// Up to a week.
fn seconds(typed: &str) -> Result<Duration, &'static str> {
    let seconds = typed.parse().ok().filter(|seconds| (0.01..=604_800.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or("a time lies between 0.01 and 604800 seconds")
}

const CODES: &str = "\
It ends with 10 when a rule is met, 0 after --once or when the log was quiet for --idle, and 3 for a log that cannot be read.
A log that is not there yet is waited for.";

//! `runaway gate`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::OutputArgs;
use crate::cli::examples;

use super::fitting::{GateRuleArgs, LogFitArgs};

#[derive(Debug, Args)]
#[command(after_help = format!("{}\n\n{}\n\n{CODES}", examples::of("gate"), crate::gate::RULE_GRAMMAR))]
pub struct GateArgs {
    #[command(flatten)]
    pub log: LogFitArgs,
    #[command(flatten)]
    pub gate: GateRuleArgs,
    /// Write the verdict to this file as JUnit XML, a test case for each rule
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Append the verdict to this file as Markdown [default: the file that GITHUB_STEP_SUMMARY names, where it names one]
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
}

const CODES: &str = "\
The verdict is the exit code: 0 go, 10 stop, 11 not enough data, 12 the model does not fit.";

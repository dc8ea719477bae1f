//! Arguments of `runaway export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::examples;
use crate::interop::ChainFormat;

use super::SourceArgs;

#[derive(Debug, Args)]
#[command(after_help = examples::of("export"))]
pub struct ExportArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Format [default: as the name of --output tells]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: Option<FormatName>,
    /// File to write, with others beside it for prism and mtx [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write exact fractions whose rows sum to exactly 1, for exact model checking (drn, prism, csv)
    #[arg(long)]
    pub exact: bool,
}

/// The formats of explicit chains by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Storm's explicit format
    Drn,
    /// PRISM's explicit files: transitions (.tra), labels (.lab), states (.sta), rewards (.srew)
    Prism,
    /// Matrix Market, with labels in a .labels.csv beside
    Mtx,
    /// from,to,probability, with start and labels in comments
    Csv,
}

impl FormatName {
    /// The name as it is typed.
    pub fn typed(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The format.
    pub const fn format(self) -> ChainFormat {
        match self {
            Self::Drn => ChainFormat::Drn,
            Self::Prism => ChainFormat::Prism,
            Self::Mtx => ChainFormat::MatrixMarket,
            Self::Csv => ChainFormat::Csv,
        }
    }
}

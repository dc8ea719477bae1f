//! Arguments of `runaway schema`.

use clap::Args;

use crate::cli::examples;
use crate::cli::schema::commands;

#[derive(Debug, Args)]
#[command(after_help = examples::of("schema"))]
pub struct SchemaArgs {
    /// Command whose JSON is described [default: all, under the names of their commands]
    #[arg(value_name = "COMMAND", value_parser = clap::builder::PossibleValuesParser::new(commands()))]
    pub command: Option<String>,
}

//! Arguments of `runaway schema`.

use clap::Args;

use crate::cli::examples;

#[derive(Debug, Args)]
#[command(after_help = examples::of("schema"))]
pub struct SchemaArgs {
    /// Command whose JSON is described [default: all, under the names of their commands]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

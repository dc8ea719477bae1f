//! `runaway man` and `runaway completions`.

use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::files::write_atomic;

use super::CommandVerdict;
use super::args::{Cli, CompletionsArgs, ManArgs};

/// Prints what a shell needs to complete commands and options.
pub(super) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    // The generator panics where it cannot write, as to a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
    out.write_all(&script)?;
    Ok(CommandVerdict::Fine)
}

/// Prints the manual page, or writes one for the program and one for each command into a folder.
pub(super) fn man(args: &ManArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let pages: Vec<Man> = std::iter::once(&program).chain(program.get_subcommands()).cloned().map(Man::new).collect();
    let Some(folder) = &args.output else {
        pages.first().map_or(Ok(()), |page| page.render(out))?;
        return Ok(CommandVerdict::Fine);
    };
    for page in &pages {
        let mut text = Vec::new();
        page.render(&mut text)?;
        write_atomic(&folder.join(page.get_filename()), &text)?;
    }
    writeln!(out, "wrote {} files to {}", pages.len(), folder.display())?;
    Ok(CommandVerdict::Fine)
}

//! `runaway init`.

use std::io::Write;

use anyhow::bail;

use crate::files;

use super::CommandVerdict;
use super::args::InitArgs;

/// Every key with its default, in words.
const TEMPLATE: &str = include_str!("template.toml");

pub(super) fn run(args: &InitArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let file = &args.file;
    if file.exists() {
        bail!("{}: this file exists and is left as it is; name another one", file.display());
    }
    files::write_atomic(file, TEMPLATE.as_bytes())?;
    writeln!(out, "wrote {}; now: runaway report {}", file.display(), file.display())?;
    Ok(CommandVerdict::Fine)
}

//! `runaway export`.

use std::io::Write;
use std::path::Path;

use crate::analytic::absorbing::{ExplicitChain, MOST_TRANSITIONS, explicit_chain};
use crate::files;
use crate::interop::{ChainFiles, ChainFormat, WriteRefusal, write_chain};
use crate::provenance::Provenance;

use super::args::{ExportArgs, FormatName};
use super::{CommandVerdict, UsageError};

pub(super) fn run(args: &ExportArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let format = format(args)?;
    let scenario = args.source.load()?;
    let mut chain = explicit_chain(&scenario, MOST_TRANSITIONS)?;
    let provenance = Provenance::new(&scenario, args.source.command("export"));
    let program = format!("{} {}", provenance.program, provenance.version);
    chain.note_origin([
        format!("{program}, scenario SHA-256 {}", provenance.scenario_sha256),
        format!("command: {}", provenance.command),
    ]);
    let files = write_chain(&chain, format, args.exact).map_err(|refusal| match refusal {
        WriteRefusal::NoFractions => UsageError(refusal.to_string()).into(),
        other => anyhow::Error::from(other),
    })?;
    match &args.output {
        None => out.write_all(files.main.as_bytes())?,
        Some(path) => write_files(path, format, &files, &chain, out)?,
    }
    Ok(CommandVerdict::Fine)
}

/// The format asked for, or that of the file's name.
fn format(args: &ExportArgs) -> Result<ChainFormat, UsageError> {
    let named = args.output.as_deref().and_then(ChainFormat::of_name);
    if let (Some(asked), Some(named), Some(path)) = (args.to, named, &args.output)
        && asked.format() != named
    {
        let (path, asked) = (path.display(), asked.typed());
        let rule = format!("--to {asked} contradicts the name, which is that of another format");
        let remedy = format!(
            "leave --to out, or name a file that ends in .{}",
            args.to.map_or("", |to| to.format().extension())
        );
        return Err(UsageError(format!("--output {path}: {rule}; {remedy}")));
    }
    let format = args.to.map(FormatName::format).or(named).ok_or_else(|| {
        UsageError(
            "name a format with `--to drn|prism|mtx|csv`, or a file with `-o`, such as `-o chain.drn`".to_owned(),
        )
    })?;
    if args.output.is_none() && matches!(format, ChainFormat::Prism | ChainFormat::MatrixMarket) {
        let extension = format.extension();
        let rule = "this format has several files, which need a name";
        return Err(UsageError(format!("{rule}: give one with `-o`, such as `-o chain.{extension}`")));
    }
    Ok(format)
}

/// Writes the companions first, so that whoever sees the chain has its labels too.
fn write_files(
    path: &Path,
    format: ChainFormat,
    files: &ChainFiles,
    chain: &ExplicitChain,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let several = !files.companions.is_empty();
    // A name without the extension would not be found again by its companions.
    let main = if several { path.with_extension(format.extension()) } else { path.to_owned() };
    let mut names = Vec::new();
    for (extension, text) in &files.companions {
        let beside = main.with_extension(extension);
        files::write_atomic(&beside, text.as_bytes())?;
        names.push(beside.display().to_string());
    }
    files::write_atomic(&main, files.main.as_bytes())?;
    names.insert(0, main.display().to_string());
    let labels = chain.labels().iter().map(|label| format!("{} is state {}", label.name, label.states[0]));
    let labels: Vec<String> = labels.collect();
    writeln!(
        out,
        "{} states and {} transitions; the start is state {}, {}.\nwrote {}",
        chain.states(),
        chain.transitions(),
        chain.start(),
        labels.join(", "),
        names.join(", ")
    )?;
    Ok(())
}

//! `runaway measure`.

use std::io::Write;

use crate::fit::{AnswerSet, Log};
use crate::measure::{MeasureOptions, measure};
use crate::provenance::LogProvenance;
use crate::report;

use super::answer::Answer;
use super::document::of_logs;
use super::fit::digests;
use super::standard_error;
use super::{CommandVerdict, args, quoted, report_folder, write_report};

pub(super) fn run(args: &args::MeasureArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let folder = report_folder(args.report.as_deref(), "measure", args.replacing)?;
    let files = Log::files(&args.files)?;
    let set = AnswerSet::of(&files, &args.reading.options()?)?;
    let options = MeasureOptions { steps: args.steps, seed: args.seed, name: args.name.clone() };
    let measured = measure(&set, &options)?;
    let provenance = LogProvenance::new(digests(&files)?, args.seed, command(args));
    let document = of_logs(&provenance, &measured)?;
    let mut notes = standard_error::notes();
    let finding = report::measure::sentences(&measured);
    if args.output.typed().is_none() {
        for sentence in &finding {
            writeln!(notes, "{sentence}")?;
        }
        measured.notes.iter().try_for_each(|note| standard_error::note(note))?;
        out.write_all(measured.scenario.as_bytes())?;
    } else {
        let tables = report::measure::tables(&measured);
        let answer = Answer { finding, tables, notes: measured.notes.clone(), ..Answer::default() };
        args.output.print(out, || Ok(document.clone()), || answer)?;
    }
    if let (Some(folder), Some(path)) = (&folder, &args.report) {
        let rendered = report::measure::render(&measured, &provenance)?;
        let documents = [("loop.toml", measured.scenario.as_bytes()), ("measure.json", document.as_slice())];
        let files = write_report(folder, &rendered, "measure.html", &documents)?;
        writeln!(notes, "wrote {files} files to {}", path.display())?;
    }
    Ok(CommandVerdict::Fine)
}

/// The command as it can be typed again.
fn command(args: &args::MeasureArgs) -> String {
    let mut words = vec!["runaway measure".to_owned()];
    words.extend(args.files.iter().map(|file| quoted(&file.display().to_string())));
    words.extend(args.reading.typed());
    words.push(format!("--steps {} --name {} --seed {}", args.steps, quoted(&args.name), args.seed));
    words.join(" ")
}

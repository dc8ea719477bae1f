//! `runaway sensitivity`.

use std::io::Write;

use crate::provenance::Provenance;
use crate::report;
use crate::report::sensitivity::SensitivityInputs;
use crate::sensitivity::{SobolSettings, sensitivity};

use super::answer::Answer;
use super::args::SensitivityArgs;
use super::document::ResultDocument;
use super::limits::WorkEstimate;
use super::{CommandVerdict, report_folder, write_report};

/// Loops that are solved besides those of `--global`: both ends of each of some twenty keys, and a few more.
const SOLVED: usize = 50;

pub(super) fn run(args: &SensitivityArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let folder = report_folder(args.output.as_deref(), "sensitivity", args.replacing)?;
    let file = args.source.read()?;
    let scenario = args.source.chosen(&file)?;
    let loops = SOLVED + if args.global { args.evaluations as usize } else { 0 };
    WorkEstimate::default().solve(&scenario).variants(&scenario, loops).admit(args.source.patience)?;
    let settings = args.global.then(|| SobolSettings::new(args.width, args.evaluations as usize, args.seed));
    let found = sensitivity(&file, &scenario, settings.as_ref());
    let provenance = Provenance::new(&scenario, command(args));
    let document = ResultDocument::new(&scenario, &provenance, &found).to_bytes()?;
    let inputs = SensitivityInputs { scenario: &scenario, found: &found, provenance: &provenance };
    let mut wrote = None;
    if let Some(folder) = &folder {
        let rendered = report::sensitivity::render(inputs)?;
        wrote =
            Some(write_report(folder, &rendered, "sensitivity.html", &[("sensitivity.json", document.as_slice())])?);
    }
    let answer = || {
        let mut answer = Answer {
            finding: report::sensitivity::sentences(&scenario, &found),
            tables: report::sensitivity::tables(&scenario, &found),
            notes: report::sensitivity::notes(&found),
            ..Answer::default()
        };
        answer.wrote(wrote, args.output.as_deref());
        answer
    };
    args.output_as.print(out, || Ok(document.clone()), answer)?;
    Ok(CommandVerdict::Fine)
}

/// The command as it can be typed again.
fn command(args: &SensitivityArgs) -> String {
    let mut typed = args.source.command("sensitivity");
    if args.global {
        typed += &format!(" --global --width {} --evaluations {} --seed {}", args.width, args.evaluations, args.seed);
    }
    typed
}

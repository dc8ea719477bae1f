//! `runaway compare`.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;

use crate::evidence::{self, Evidence};
use crate::files::ReportFolder;
use crate::plan::{self, Comparison};
use crate::provenance::{Provenance, SCHEMA_VERSION, digest_all};
use crate::report;
use crate::scenario::Design;

use super::args::{Compare, Source};
use super::limits::Work;
use super::{Verdict, quoted, report_folder, sheet, write_report};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    provenance: &'a Provenance,
    /// What the files state, held against their designs.
    evidence: &'a Evidence,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

pub(super) fn run(args: &Compare, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let designs = designs(args)?;
    let work = designs.iter().fold(Work::default(), |work, design| work.design(&design.scenario, args.replicates));
    work.admit(args.patience)?;
    let folder = report_folder(args.output.as_deref(), "compare", args.replacing)?;
    let comparison = compare(args, &designs)?;
    let scenarios: Vec<_> = designs.iter().map(|design| &design.scenario).collect();
    let provenance = Provenance {
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        scenario_sha256: digest_all(&scenarios),
        seed: Some(args.seed),
        engine: Some("counts".to_owned()),
        replicates: Some(args.replicates),
        command: command(args),
    };
    let evidence = evidence(args)?;
    let document = Document {
        schema_version: SCHEMA_VERSION,
        provenance: &provenance,
        evidence: &evidence,
        comparison: &comparison,
    };
    let mut json = serde_json::to_vec_pretty(&document)?;
    json.push(b'\n');
    let written = folder.as_ref().map(|folder| write(folder, &comparison, &provenance, &json)).transpose()?;
    if args.json {
        out.write_all(&json)?;
    } else {
        sheet::comparison(&comparison, out)?;
        sheet::evidence(&evidence, out)?;
        if let (Some(files), Some(folder)) = (written, &args.output) {
            writeln!(out, "wrote {files} files to {}", folder.display())?;
        }
    }
    Ok(Verdict::of(evidence.holds()))
}

/// What the files state, each about its own designs.
fn evidence(args: &Compare) -> anyhow::Result<Evidence> {
    let mut all = Evidence::default();
    for file in &args.files {
        let source = source(args, file);
        let found = evidence::weigh(&source.load()?, &source.designs()?, &source.stated()?);
        all.claims.extend(found.claims);
        all.published.extend(found.published);
    }
    Ok(all)
}

/// A file of the command line with the overrides that hold for all.
fn source(args: &Compare, file: &Path) -> Source {
    let (set, patience) = (args.set.clone(), args.patience);
    Source { file: file.to_owned(), set, horizon: args.horizon, design: None, patience }
}

/// The designs of every file; a file without any is one itself.
fn designs(args: &Compare) -> anyhow::Result<Vec<Design>> {
    let mut all = Vec::new();
    for file in &args.files {
        let source = source(args, file);
        let designs = source.designs()?;
        if designs.is_empty() {
            let scenario = source.load()?;
            all.push(Design { name: scenario.name.clone(), scenario });
        } else {
            all.extend(designs);
        }
    }
    Ok(all)
}

fn compare(args: &Compare, designs: &[Design]) -> anyhow::Result<Comparison> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build()
        .context("cannot start threads")?;
    let runs = args.replicates.saturating_mul(designs.len() as u64);
    let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::stderr());
    let settings = plan::Settings { replicates: args.replicates, seed: args.seed };
    let compared = pool.install(|| plan::compare(designs, settings, args.baseline.as_deref(), &|done| bar.inc(done)));
    bar.finish_and_clear();
    Ok(compared?)
}

fn write(
    folder: &ReportFolder,
    comparison: &Comparison,
    provenance: &Provenance,
    json: &[u8],
) -> anyhow::Result<usize> {
    write_report(folder, &report::designs::render(comparison, provenance)?, "compare.html", ("compare.json", json))
}

/// The command as it can be typed again.
fn command(args: &Compare) -> String {
    let mut words = vec!["runaway compare".to_owned()];
    words.extend(args.files.iter().map(|file| quoted(&file.display().to_string())));
    words.extend(args.set.iter().map(|set| format!("--set {}", quoted(set))));
    words.extend(args.horizon.map(|horizon| format!("--horizon {horizon}")));
    words.extend(args.baseline.iter().map(|name| format!("--baseline {}", quoted(name))));
    words.push(format!("--replicates {} --seed {}", args.replicates, args.seed));
    words.join(" ")
}

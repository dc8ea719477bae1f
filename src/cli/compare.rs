//! `runaway compare`.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::analytic::SolvedDesign;
use crate::claims::{self, ClaimResults};
use crate::files::ReportFolder;
use crate::plan::{self, DesignComparison, DesignPosterior};
use crate::provenance::{Provenance, SCHEMA_VERSION, digest_all};
use crate::report::designs;
use crate::scenario::{
    Design, DrawnDesigns, FileClaims, FittedDesigns, FittedLoop, PosteriorDraw, Scenario, ScenarioError, ScenarioFile,
};

use super::answer::Answer;
use super::args::{CompareArgs, SourceArgs};
use super::document::json;
use super::limits::WorkEstimate;
use super::progress::bar;
use super::{CommandVerdict, posterior, quoted, report_folder, write_report};

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct CompareDocument<'a> {
    schema_version: u32,
    provenance: &'a Provenance,
    /// What the files state, compared with their designs.
    evidence: &'a ClaimResults,
    /// What the log of a fitted loop leaves open.
    #[serde(skip_serializing_if = "Option::is_none")]
    posterior: Option<&'a DesignPosterior>,
    #[serde(flatten)]
    comparison: &'a DesignComparison,
}

pub(super) fn run(args: &CompareArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let fitted = args.fit.as_deref().map(fitted_loop).transpose()?;
    let files = args
        .files
        .iter()
        .map(|file| ComparedFile::read(args, file, fitted.as_ref()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let designs = files.iter().flat_map(|file| &file.designs);
    let scenarios: Vec<_> = designs.clone().map(|design| &design.scenario).collect();
    let work = scenarios.iter().fold(WorkEstimate::default(), |work, scenario| work.design(scenario, args.replicates));
    work.admit(args.patience)?;
    let folder = report_folder(args.output.as_deref(), "compare", args.replacing)?;
    let provenance = Provenance {
        program: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        scenario_sha256: digest_all(&scenarios),
        seed: Some(args.seed),
        engine: Some("counts".to_owned()),
        replicates: Some(args.replicates),
        command: command(args),
    };
    plan::check_names(designs, args.baseline.as_deref())?;
    let (comparison, evidence) = compare(args, &files)?;
    let drawn: Vec<FittedDesigns> = files.iter().filter_map(|file| file.drawn.clone()).collect();
    // A file without draws beside one with them is compared by its own numbers alone.
    let posterior =
        (drawn.len() == files.len()).then(|| posterior::of(&drawn, args.seed, args.baseline.as_deref())).transpose()?;
    let document = CompareDocument {
        schema_version: SCHEMA_VERSION,
        provenance: &provenance,
        evidence: &evidence,
        posterior: posterior.as_ref(),
        comparison: &comparison,
    };
    let json = json(&document)?;
    let render = || designs::render(&comparison, &evidence, posterior.as_ref(), &provenance);
    let write = |folder: &ReportFolder| write_report(folder, &render()?, "compare.html", &[("compare.json", &json)]);
    let written = folder.as_ref().map(write).transpose()?;
    let mut answer = answer(&comparison, &evidence, posterior.as_ref());
    answer.wrote(written, args.output.as_deref());
    args.output_as.print(out, || Ok(json), || answer)?;
    Ok(CommandVerdict::of(evidence.holds()))
}

/// What the log leaves open or who lasts longest, then the designs and what is stated about them.
fn answer(comparison: &DesignComparison, evidence: &ClaimResults, posterior: Option<&DesignPosterior>) -> Answer {
    let headline = format!("{}.", designs::headline(comparison));
    let stated = [designs::claims(evidence), designs::published_values(evidence)];
    let stated = stated.into_iter().filter(|table| table.height() > 0);
    let given = posterior.map(designs::posterior::table);
    Answer {
        finding: designs::broken_claims(evidence)
            .into_iter()
            .chain(posterior.map(designs::posterior::finding))
            .chain([headline])
            .collect(),
        tables: designs::tables(comparison).into_iter().chain(stated).chain(given).collect(),
        notes: comparison.notes.clone(),
        ..Answer::default()
    }
}

/// The loop that a fit saved.
fn fitted_loop(file: &Path) -> Result<FittedLoop, ScenarioError> {
    FittedLoop::required(&ScenarioFile::load(file, &[])?)
}

/// One file: its own loop, its designs (itself, if it has none), and what it states about them.
struct ComparedFile {
    base: Scenario,
    designs: Vec<Design>,
    stated: FileClaims,
    /// The designs under each draw of a fit, where the loop is a fitted one.
    drawn: Option<FittedDesigns>,
}

impl ComparedFile {
    fn read(args: &CompareArgs, file: &Path, fitted: Option<&FittedLoop>) -> anyhow::Result<Self> {
        let (set, patience) = (args.set.clone(), args.patience);
        let source = SourceArgs { file: file.to_owned(), set, horizon: args.horizon, design: None, patience };
        let file = source.read()?;
        let own = FittedLoop::of(&file)?;
        if let Some(fitted) = fitted.or(own.as_ref()) {
            return Self::on(fitted, file);
        }
        let ScenarioFile { scenario: base, mut designs, stated, .. } = file;
        if designs.is_empty() {
            designs.push(Design::alone(base.clone()));
        }
        Ok(Self { base, designs, stated, drawn: None })
    }

    /// The file's designs on a fitted loop, medians plugged in.
    fn on(fitted: &FittedLoop, file: ScenarioFile) -> anyhow::Result<Self> {
        let drawn = fitted.under(&file)?;
        let DrawnDesigns { base, designs, .. } = drawn.of(PosteriorDraw::Medians)?;
        Ok(Self { base, designs, stated: file.stated, drawn: Some(drawn) })
    }
}

/// Solves every design once, compares all of them, and holds what each file states against its own.
fn compare(args: &CompareArgs, files: &[ComparedFile]) -> anyhow::Result<(DesignComparison, ClaimResults)> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build()
        .context("cannot start threads")?;
    let designs: usize = files.iter().map(|file| file.designs.len()).sum();
    let runs = args.replicates.saturating_mul(designs as u64);
    let bar = bar(runs, "compare", "runs")?;
    let settings = plan::ComparisonSettings { replicates: args.replicates, seed: args.seed };
    let compared = pool.install(|| {
        let mut evidence = ClaimResults::default();
        let mut all = Vec::with_capacity(designs);
        for file in files {
            let solved: Vec<SolvedDesign> = file.designs.iter().cloned().map(SolvedDesign::new).collect();
            evidence.extend(claims::weigh(&file.base, &solved, &file.stated));
            all.extend(solved);
        }
        plan::compare_solved(&all, settings, args.baseline.as_deref(), &|done| bar.inc(done))
            .map(|found| (found, evidence))
    });
    bar.finish_and_clear();
    Ok(compared?)
}

/// The command as it can be typed again.
fn command(args: &CompareArgs) -> String {
    let mut words = vec!["runaway compare".to_owned()];
    words.extend(args.files.iter().map(|file| quoted(&file.display().to_string())));
    words.extend(args.fit.iter().map(|file| format!("--fit {}", quoted(&file.display().to_string()))));
    words.extend(args.set.iter().map(|set| format!("--set {}", quoted(set))));
    words.extend(args.horizon.map(|horizon| format!("--horizon {horizon}")));
    words.extend(args.baseline.iter().map(|name| format!("--baseline {}", quoted(name))));
    words.push(format!("--replicates {} --seed {}", args.replicates, args.seed));
    words.join(" ")
}

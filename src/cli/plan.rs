//! `runaway plan`.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::files::{self, FileError, ReportFolder};
use crate::plan::{self, DesignPlan, PlanLever, PlanQuestion, PlanRequest, PlanSpace};
use crate::provenance::{Provenance, SCHEMA_VERSION, digest_all};
use crate::report::plan as shown;
use crate::scenario::{Design, DrawnDesigns, FittedDesigns, FittedLoop, PosteriorDraw, Scenario, ScenarioFile};

use super::answer::Answer;
use super::args::{MOST_GENERATIONS, PlanArgs, SourceArgs};
use super::document::json;
use super::limits::WorkEstimate;
use super::outcome::UsageError;
use super::progress::bar;
use super::{CommandVerdict, per_problem, quoted, report_folder, write_report};

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct PlanDocument<'a> {
    schema_version: u32,
    provenance: &'a Provenance,
    /// How the chosen design is written.
    written: &'a str,
    #[serde(flatten)]
    plan: &'a DesignPlan,
}

/// The loops that are varied.
struct PlannedLoops {
    designs: Vec<Design>,
    /// The file's own loop, or the fitted one in its place.
    base: Scenario,
    /// Whether they are designs of the file.
    named: bool,
    /// The same under each draw of a fit.
    drawn: Option<FittedDesigns>,
}

pub(super) fn run(args: &PlanArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    if let Some(samples) = args.per_problem {
        return per_problem::run(args, samples, out);
    }
    let asked = args.vary.iter().map(|typed| PlanLever::typed(typed)).collect::<Result<Vec<_>, _>>();
    let asked = asked.map_err(|error| UsageError(error.to_string()))?;
    if let Some(path) = args.save.as_deref().filter(|path| path.exists() && !args.replacing.force) {
        let rule = "this file exists; name another one, or replace it with --force";
        return Err(UsageError(format!("--save {}: {rule}", path.display())).into());
    }
    let loops = PlannedLoops::read(args)?;
    let request =
        PlanRequest { question: question(args, &loops.designs), max_failure: args.max_failure, asked, only: args.only };
    let space = PlanSpace::new(&loops.designs, loops.named, &request)?;
    WorkEstimate::default().search(space.runs(&request)).admit(args.patience)?;
    let folder = report_folder(args.output.as_deref(), "plan", args.replacing)?;
    let plan = search(args, &loops, &space, &request)?;
    let scenarios: Vec<_> = loops.designs.iter().map(|design| &design.scenario).collect();
    let provenance = Provenance {
        program: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        scenario_sha256: digest_all(&scenarios),
        seed: None,
        engine: None,
        replicates: None,
        command: command(args),
    };
    let written = written(args, &loops, &plan);
    let document =
        PlanDocument { schema_version: SCHEMA_VERSION, provenance: &provenance, written: &written, plan: &plan };
    let json = json(&document)?;
    let render = || shown::render(&plan, &written, &provenance);
    let write = |folder: &ReportFolder| write_report(folder, &render()?, "plan.html", &[("plan.json", &json)]);
    let files = folder.as_ref().map(write).transpose()?;
    let mut answer = answer(&plan, &written);
    answer.wrote(files, args.output.as_deref());
    answer.written.extend(args.save.as_deref().map(|path| saved(path, &plan)).transpose()?);
    args.output_as.print(out, || Ok(json), || answer)?;
    Ok(CommandVerdict::of(plan.met))
}

impl PlannedLoops {
    fn read(args: &PlanArgs) -> anyhow::Result<Self> {
        let (set, patience) = (args.set.clone(), args.patience);
        let source = SourceArgs { file: args.file.clone(), set, horizon: None, design: args.design.clone(), patience };
        let file = source.read()?;
        // A name that there is not is refused, whatever the loops are taken from.
        let chosen = source.chosen(&file)?;
        let given =
            args.fit.as_deref().map(|path| FittedLoop::required(&ScenarioFile::load(path, &[])?)).transpose()?;
        let fitted = given.map_or_else(|| FittedLoop::of(&file), |fitted| Ok(Some(fitted)))?;
        let named = !file.designs.is_empty();
        let is_asked = |design: &Design| !named || args.design.as_ref().is_none_or(|name| design.name == *name);
        if let Some(fitted) = fitted {
            let drawn = fitted.under(&file)?;
            let DrawnDesigns { base, designs, .. } = drawn.of(PosteriorDraw::Medians)?;
            let designs = designs.into_iter().filter(is_asked).collect();
            return Ok(Self { designs, base, named, drawn: Some(drawn) });
        }
        let designs = if named {
            file.designs.iter().filter(|design| is_asked(design)).cloned().collect()
        } else {
            vec![Design::alone(chosen)]
        };
        Ok(Self { designs, base: file.scenario, named, drawn: None })
    }
}

/// What is asked: the budget alone asks for the longest run.
fn question(args: &PlanArgs, designs: &[Design]) -> PlanQuestion {
    match (args.generations, args.budget) {
        (None, Some(budget)) => PlanQuestion::Longest { budget, most: MOST_GENERATIONS },
        (generations, budget) => {
            // There is at least one design.
            let horizon = designs.iter().map(|design| design.scenario.horizon().get()).max().unwrap_or(1);
            PlanQuestion::Cheapest { generations: generations.unwrap_or(horizon), budget }
        }
    }
}

fn search(
    args: &PlanArgs,
    loops: &PlannedLoops,
    space: &PlanSpace,
    request: &PlanRequest,
) -> anyhow::Result<DesignPlan> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build()
        .context("cannot start threads")?;
    let designs = bar(space.runs(request).count() as u64, "plan", "designs")?;
    let found = pool.install(|| space.search(request, &|done| designs.inc(done)));
    designs.finish_and_clear();
    let mut plan = found?;
    if let Some(drawn) = &loops.drawn {
        let draws = bar(drawn.draws() as u64, "posterior", "draws")?;
        let chance = pool.install(|| plan::chance(&plan, drawn, &|done| draws.inc(done)));
        draws.finish_and_clear();
        plan.chance = chance?;
    }
    Ok(plan)
}

fn answer(plan: &DesignPlan, written: &str) -> Answer {
    Answer {
        finding: shown::sentences(plan),
        tables: shown::tables(plan),
        remarks: (!written.is_empty()).then(|| written.to_owned()).into_iter().collect(),
        notes: plan.notes.clone(),
        written: Vec::new(),
    }
}

/// Writes the chosen design; one that does not do what was asked is nobody's choice.
fn saved(path: &Path, plan: &DesignPlan) -> Result<String, FileError> {
    let Some(scenario) = plan.scenario.as_ref().filter(|_| plan.met) else {
        return Ok(format!("{} was not written: no design does what was asked", path.display()));
    };
    files::write_atomic(path, scenario.to_toml().as_bytes())?;
    Ok(format!("wrote the chosen design to {}", path.display()))
}

/// The chosen design as it is typed, and as a file holds it; nothing where it is the loop as it is. On a fitted loop it is no variant
/// of the file's own, and is only written as a design to put on it.
fn written(args: &PlanArgs, loops: &PlannedLoops, plan: &DesignPlan) -> String {
    let Some(scenario) = &plan.scenario else { return String::new() };
    let keys = plan::differing_keys(&loops.base, scenario);
    if keys.is_empty() {
        return String::new();
    }
    let sets: Vec<String> = keys.iter().map(|(key, value)| format!("\"{key}\" = {value}")).collect();
    let design = format!("[[design]]\nname = \"planned\"\nset = {{ {} }}", sets.join(", "));
    if loops.drawn.is_some() {
        return format!("As a design of the file:\n{design}");
    }
    let mut typed = format!("runaway solve {}", quoted(&args.file.display().to_string()));
    typed.extend(args.set.iter().map(|set| format!(" --set {}", quoted(set))));
    typed.extend(keys.iter().map(|(key, value)| format!(" --set {}", quoted(&format!("{key}={value}")))));
    typed.extend([format!(" --horizon {}", scenario.horizon().get())]);
    format!("As it is typed:\n{typed}\nAs a design of the file:\n{design}")
}

/// The command as it can be typed again.
fn command(args: &PlanArgs) -> String {
    let mut words = vec!["runaway plan".to_owned(), quoted(&args.file.display().to_string())];
    words.extend(args.generations.map(|generations| format!("--generations {generations}")));
    words.push(format!("--max-failure {}", args.max_failure));
    words.extend(args.budget.map(|budget| format!("--budget {budget}")));
    words.extend(args.vary.iter().map(|vary| format!("--vary {}", quoted(vary))));
    words.extend(args.only.then(|| "--only".to_owned()));
    words.extend(args.set.iter().map(|set| format!("--set {}", quoted(set))));
    words.extend(args.design.iter().map(|name| format!("--design {}", quoted(name))));
    words.extend(args.fit.iter().map(|file| format!("--fit {}", quoted(&file.display().to_string()))));
    words.join(" ")
}

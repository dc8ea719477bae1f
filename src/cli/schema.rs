//! `runaway schema`: the JSON Schema of what commands print with `--json`, and of the documents in their folders.

use std::collections::BTreeMap;
use std::io::Write;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::analytic::Solution;
use crate::explain::Explanation;
use crate::fit::{BacktestResult, LogFit};
use crate::gate::GateVerdict;
use crate::measure::MeasuredLoop;
use crate::plan::inference::InferencePlan;
use crate::sensitivity::Sensitivity;
use crate::simulate::{RareFailure, Simulated};

use super::advise::AdviceDocument;
use super::args::SchemaArgs;
use super::check::CheckDocument;
use super::compare::CompareDocument;
use super::document::{GivenSource, LogDocument, ResultDocument, json};
use super::fit::{FitAnswer, PairDocument};
use super::import::ChainDocument;
use super::plan::PlanDocument;
use super::report::ReportDocument;
use super::sweep::GridDocument;
use super::watch::WatchLine;
use super::{CommandVerdict, UsageError};

/// What a command writes, in each of its forms.
type DocumentForms = &'static [fn(&mut SchemaGenerator) -> Schema];

/// The forms of every command that prints JSON: a new command adds its line.
const DOCUMENTS: &[(&str, DocumentForms)] = &[
    ("advise", &[of::<LogDocument<'static, AdviceDocument<'static>>>, of::<LogDocument<'static, LogFit>>]),
    ("backtest", &[of::<LogDocument<'static, BacktestResult>>]),
    ("check", &[of::<ResultDocument<'static, CheckDocument<'static>>>]),
    ("compare", &[of::<CompareDocument<'static>>]),
    ("explain", &[of::<ResultDocument<'static, GivenSource<'static, Explanation>>>]),
    ("fit", &[of::<LogDocument<'static, FitAnswer<'static>>>, of::<LogDocument<'static, PairDocument<'static>>>]),
    ("gate", &[of::<LogDocument<'static, GateVerdict>>]),
    ("import", &[of::<ChainDocument>]),
    ("measure", &[of::<LogDocument<'static, MeasuredLoop>>]),
    ("plan", &[of::<PlanDocument<'static>>, of::<ResultDocument<'static, InferencePlan>>]),
    ("report", &[of::<ResultDocument<'static, ReportDocument<'static>>>]),
    ("sensitivity", &[of::<ResultDocument<'static, Sensitivity>>]),
    ("simulate", &[of::<ResultDocument<'static, Simulated>>, of::<ResultDocument<'static, RareFailure>>]),
    ("solve", &[of::<ResultDocument<'static, GivenSource<'static, Solution>>>]),
    ("sweep", &[of::<ResultDocument<'static, GridDocument<'static>>>]),
    ("watch", &[of::<WatchLine>]),
];

pub(super) fn run(args: &SchemaArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let bytes = match &args.command {
        None => json(&DOCUMENTS.iter().map(|(name, forms)| (*name, schema(name, forms))).collect::<BTreeMap<_, _>>())?,
        Some(command) => {
            let found = DOCUMENTS.iter().find(|(name, _)| name == command);
            let (name, forms) = found.ok_or_else(|| {
                let known: Vec<&str> = DOCUMENTS.iter().map(|(name, _)| *name).collect();
                UsageError(format!("`{command}` prints no JSON; those that do are {}", known.join(", ")))
            })?;
            json(&schema(name, forms))?
        }
    };
    out.write_all(&bytes)?;
    Ok(CommandVerdict::Fine)
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

/// The schema of a command's JSON as it is written: what may be left out is not required.
fn schema(command: &str, forms: DocumentForms) -> Schema {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut forms: Vec<Schema> = forms.iter().map(|form| form(&mut generator)).collect();
    let mut schema = match (forms.len(), forms.pop()) {
        (1, Some(only)) => only,
        (_, last) => json_schema!({ "anyOf": forms.into_iter().chain(last).collect::<Vec<_>>() }),
    };
    let definitions = generator.take_definitions(true);
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".to_owned(), format!("runaway {command}").into());
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), definitions.into());
    }
    plainly(&mut schema);
    schema
}

/// Leaves out of descriptions what is for readers of the library alone: examples of code, and the brackets of links.
fn plainly(schema: &mut Schema) {
    if let Some(serde_json::Value::String(text)) = schema.get_mut("description") {
        let prose = text.split("\n\n```").next().unwrap_or_default();
        *text = prose.replace("[`", "`").replace("`]", "`");
    }
    transform_subschemas(&mut plainly, schema);
}

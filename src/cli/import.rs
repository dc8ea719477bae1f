//! `runaway import`.

use std::io::Write;

use serde::Serialize;

use crate::analytic::absorbing::{AbsorptionLaw, ChainError, absorption};
use crate::files;
use crate::interop::{ChainFileError, read_chain};
use crate::provenance::{ChainProvenance, SCHEMA_VERSION, digest_bytes};
use crate::report::absorbed;

use super::answer::Answer;
use super::args::{FormatName, ImportArgs};
use super::document::json;
use super::{CommandVerdict, UsageError, quoted};

/// The law of a chain with what it takes to make it again.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct ChainDocument {
    schema_version: u32,
    provenance: ChainProvenance,
    #[serde(flatten)]
    law: AbsorptionLaw,
}

pub(super) fn run(args: &ImportArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let path = args.file.display().to_string();
    let refused = |reason: ChainError| match reason {
        ChainError::NoLabel { .. } => UsageError(format!("--end: {reason}")).into(),
        ChainError::NoState { .. } => UsageError(format!("--start or --end: {reason}")).into(),
        reason => anyhow::Error::from(ChainFileError::Chain { path: path.clone(), reason: Box::new(reason) }),
    };
    let mut chain = read_chain(&args.file, args.from.map(FormatName::format))?;
    if let Some(start) = args.start {
        chain = chain.starting_at(start).map_err(refused)?;
    }
    let law = absorption(&chain, &args.end, args.horizon).map_err(refused)?;
    let document = || {
        let digest = digest_bytes(&files::read(&args.file, files::CHAIN)?);
        let provenance = ChainProvenance::new((path.clone(), digest), command(args));
        json(&ChainDocument { schema_version: SCHEMA_VERSION, provenance, law: law.clone() })
    };
    let answer = || Answer {
        finding: absorbed::sentences(&law),
        tables: absorbed::tables(&law).into_iter().chain(args.curve.curve.then(|| absorbed::curve(&law))).collect(),
        notes: absorbed::notes(&law),
        ..Answer::default()
    };
    args.output.print(out, document, answer)?;
    Ok(CommandVerdict::Fine)
}

/// The command as it can be typed again.
fn command(args: &ImportArgs) -> String {
    let mut words = vec!["runaway import".to_owned(), quoted(&args.file.display().to_string())];
    words.extend(args.from.map(|from| format!("--from {}", from.typed())));
    words.extend(args.start.map(|start| format!("--start {start}")));
    words.extend(args.end.iter().map(|end| format!("--end {}", quoted(end))));
    words.push(format!("--horizon {}", args.horizon));
    words.join(" ")
}

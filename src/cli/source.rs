//! The file that a command is about, and the command as it can be typed again.

use std::path::Path;

use crate::files;
use crate::interop::ChainFormat;
use crate::provenance::Provenance;
use crate::scenario::{Origin, Scenario, ScenarioError, ScenarioFile};

use super::args::SourceArgs;
use super::outcome::UsageError;
use super::playing;
use super::typed::quoted;

impl SourceArgs {
    /// Reads the scenario that is asked for, with its overrides.
    pub(super) fn load(&self) -> anyhow::Result<Scenario> {
        self.chosen(&self.read()?)
    }

    /// Reads the file with its overrides.
    pub(super) fn read(&self) -> Result<ScenarioFile, ScenarioError> {
        self.read_other(&self.file)
    }

    /// The design that is asked for, or the file's own loop.
    pub(super) fn chosen(&self, file: &ScenarioFile) -> anyhow::Result<Scenario> {
        let Some(name) = &self.design else { return Ok(file.scenario.clone()) };
        let known: Vec<String> = file.designs.iter().map(|design| format!("\"{}\"", design.name)).collect();
        let found = file.designs.iter().find(|design| design.name == *name);
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let refusal = || UsageError(format!("no design is called \"{name}\"; the designs are {known}"));
        Ok(found.ok_or_else(refusal)?.scenario.clone())
    }

    /// Reads another file with the same overrides.
    pub(super) fn read_other(&self, file: &Path) -> Result<ScenarioFile, ScenarioError> {
        let overrides = self.overrides();
        if let Some(ChainFormat::Drn | ChainFormat::Prism | ChainFormat::MatrixMarket) = ChainFormat::of_name(file) {
            let reason =
                "this is an explicit chain, which `runaway import` solves; a loop is described in TOML".to_owned();
            return Err(ScenarioError::Unreadable { path: file.display().to_string(), reason });
        }
        if is_result(file) { again(file, &overrides) } else { ScenarioFile::load(file, &overrides) }
    }

    pub(super) fn overrides(&self) -> Vec<String> {
        let horizon = self.horizon.map(|horizon| format!("horizon={horizon}"));
        self.set.iter().cloned().chain(horizon).collect()
    }

    /// The command and its source as they can be typed again.
    pub(super) fn command(&self, name: &str) -> String {
        let mut words = vec!["runaway".to_owned(), name.to_owned(), quoted(&self.file.display().to_string())];
        for set in &self.set {
            words.push(format!("--set {}", quoted(set)));
        }
        words.extend(self.horizon.map(|horizon| format!("--horizon {horizon}")));
        words.extend(self.design.iter().map(|name| format!("--design {}", quoted(name))));
        words.join(" ")
    }
}

/// Whether a file is the result of another command; standard input has no name, but JSON begins as no scenario file does.
fn is_result(file: &Path) -> bool {
    if file.as_os_str() == "-" {
        return files::read(file, files::RESULTS).is_ok_and(|bytes| bytes.trim_ascii_start().starts_with(b"{"));
    }
    file.extension().is_some_and(|extension| extension == "json")
}

/// The scenario of a result file as a file of its own, with overrides.
fn again(file: &Path, overrides: &[String]) -> Result<ScenarioFile, ScenarioError> {
    let unreadable = |reason: String| ScenarioError::Unreadable { path: file.display().to_string(), reason };
    let bytes = files::read(file, files::RESULTS).map_err(|error| unreadable(error.to_string()))?;
    // Nothing else of the file is taken, however much it holds.
    #[derive(serde::Deserialize)]
    struct ResultFile {
        scenario: Option<serde_json::Value>,
    }
    let results: ResultFile = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let written = results.scenario.ok_or_else(|| unreadable("it has no `scenario`".to_owned()))?;
    let scenario = Scenario::from_json(&written)?;
    ScenarioFile::parse(&scenario.to_toml(), Origin::File(file.to_owned()), overrides)
}

/// The provenance of a result that was played.
pub(super) fn played(scenario: &Scenario, play: playing::PlayArgs, command: &str) -> Provenance {
    let (engine, replicates, seed) = (play.engine.name(), play.replicates(), play.seed);
    Provenance {
        seed: Some(seed),
        engine: Some(engine.to_owned()),
        replicates: Some(replicates),
        ..Provenance::new(scenario, format!("{command} --engine {engine} --replicates {replicates} --seed {seed}"))
    }
}

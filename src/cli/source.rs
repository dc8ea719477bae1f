//! The file that a command is about, and the command as it can be typed again.

use std::path::Path;

use crate::files;
use crate::provenance::Provenance;
use crate::scenario::{Design, FileClaims, Origin, Scenario, ScenarioError};

use super::args::SourceArgs;
use super::outcome::UsageError;
use super::playing;
use super::typed::quoted;

impl SourceArgs {
    /// Reads the scenario with its overrides.
    pub(super) fn load(&self) -> anyhow::Result<Scenario> {
        let Some(name) = &self.design else { return Ok(self.load_from(&self.file)?) };
        let designs = self.designs()?;
        let known: Vec<String> = designs.iter().map(|design| format!("\"{}\"", design.name)).collect();
        let found = designs.into_iter().find(|design| design.name == *name);
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let refusal = || UsageError(format!("no design is called \"{name}\"; the designs are {known}"));
        Ok(found.ok_or_else(refusal)?.scenario)
    }

    /// Reads every design of the file, with its overrides; a result file has none.
    pub(super) fn designs(&self) -> Result<Vec<Design>, ScenarioError> {
        if self.is_result() {
            return Ok(Vec::new());
        }
        Scenario::load_designs(&self.file, &self.overrides())
    }

    /// Reads what the file states about its designs; a result file states nothing.
    pub(super) fn stated(&self) -> Result<FileClaims, ScenarioError> {
        if self.is_result() {
            return Ok(FileClaims::default());
        }
        Scenario::load_stated(&self.file, &self.overrides())
    }

    /// Whether the file is the result of another command.
    pub(super) fn is_result(&self) -> bool {
        is_result(&self.file)
    }

    pub(super) fn overrides(&self) -> Vec<String> {
        let horizon = self.horizon.map(|horizon| format!("horizon={horizon}"));
        self.set.iter().cloned().chain(horizon).collect()
    }

    /// Reads another file with the same overrides.
    pub(super) fn load_from(&self, file: &Path) -> Result<Scenario, ScenarioError> {
        let overrides = self.overrides();
        if is_result(file) {
            return again(file, &overrides);
        }
        Scenario::load(file, &overrides)
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

/// The scenario of a result file, with overrides.
pub(super) fn again(file: &Path, overrides: &[String]) -> Result<Scenario, ScenarioError> {
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
    Scenario::parse(&scenario.to_toml(), Origin::File(file.to_owned()), overrides)
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

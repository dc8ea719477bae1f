//! Tallies kept in a file, so that a long simulation survives its process.

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::provenance;
use crate::scenario::Scenario;
use crate::simulate::{SimulationProgress, SimulationSettings};

/// Time between two writings.
const EVERY: Duration = Duration::from_secs(2);

/// The file: its contents and their checksum.
#[derive(Serialize, Deserialize)]
struct SealedCheckpoint<P> {
    /// SHA-256 of the JSON form of `kept`. Numbers keep every digit on their way through a file, so that what is read can be
    /// written again to the same bytes.
    sha256: String,
    kept: KeptTally<P>,
}

impl<P: Serialize> SealedCheckpoint<P> {
    fn new(kept: KeptTally<P>) -> Self {
        Self { sha256: checksum(&kept), kept }
    }
}

fn checksum(kept: &KeptTally<impl Serialize>) -> String {
    // Tallies are finite numbers, which JSON can write.
    provenance::digest_bytes(&serde_json::to_vec(kept).unwrap_or_default())
}

/// What was simulated, and how far it came.
#[derive(Serialize, Deserialize)]
struct KeptTally<P> {
    /// Programs of other versions may draw other numbers.
    version: String,
    scenario_sha256: String,
    settings: SimulationSettings,
    progress: P,
}

/// A file that tallies are kept in.
pub(super) struct Checkpoint<'a> {
    file: &'a Path,
    kept: KeptTally<()>,
    written: Option<Instant>,
    failure: Option<files::FileError>,
}

impl<'a> Checkpoint<'a> {
    /// The checkpoint in `file` of a simulation.
    pub fn new(file: &'a Path, scenario: &Scenario, settings: &SimulationSettings) -> Self {
        let kept = KeptTally {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario_sha256: provenance::digest(scenario),
            settings: *settings,
            progress: (),
        };
        Self { file, kept, written: None, failure: None }
    }

    /// The tallies in the file; none if there is no file.
    pub fn read(&self) -> anyhow::Result<Option<SimulationProgress>> {
        let file = self.file.display();
        let bytes = match fs::read(self.file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("{file}: cannot read this checkpoint")),
        };
        let SealedCheckpoint { sha256, kept: found }: SealedCheckpoint<SimulationProgress> =
            serde_json::from_slice(&bytes).with_context(|| format!("{file}: this is not a checkpoint"))?;
        if checksum(&found) != sha256 {
            bail!(
                "{file}: this checkpoint is damaged: its contents do not match its checksum. Remove it to start again"
            );
        }
        let (ours, theirs) = (&self.kept, &found);
        let mut differ = Vec::new();
        let mut hold = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                differ.push(format!("{what} {theirs}, not {ours}"));
            }
        };
        hold("program version", ours.version.clone(), theirs.version.clone());
        hold("scenario (SHA-256)", ours.scenario_sha256.clone(), theirs.scenario_sha256.clone());
        hold("engine", name(&ours.settings), name(&theirs.settings));
        hold("replicates", ours.settings.replicates.to_string(), theirs.settings.replicates.to_string());
        hold("seed", ours.settings.seed.to_string(), theirs.settings.seed.to_string());
        hold("sample runs", ours.settings.sample_runs.to_string(), theirs.settings.sample_runs.to_string());
        if !differ.is_empty() {
            bail!(
                "{file}: this checkpoint belongs to another simulation: {}. Give another file, or remove it to start again",
                differ.join("; ")
            );
        }
        Ok(Some(found.progress))
    }

    /// Writes `progress` down if it is time to.
    pub fn keep(&mut self, progress: &SimulationProgress) -> ControlFlow<()> {
        if self.written.is_some_and(|written| written.elapsed() < EVERY) {
            return ControlFlow::Continue(());
        }
        let KeptTally { version, scenario_sha256, settings, .. } = &self.kept;
        let kept = KeptTally {
            version: version.clone(),
            scenario_sha256: scenario_sha256.clone(),
            settings: *settings,
            progress,
        };
        // Tallies are finite numbers, which JSON can write.
        let bytes = serde_json::to_vec(&SealedCheckpoint::new(kept)).unwrap_or_default();
        match files::write_atomic(self.file, &bytes) {
            Ok(()) => {
                self.written = Some(Instant::now());
                ControlFlow::Continue(())
            }
            Err(failure) => {
                self.failure = Some(failure);
                ControlFlow::Break(())
            }
        }
    }

    /// Why keeping stopped the simulation, if it did.
    pub fn failure(self) -> Option<files::FileError> {
        self.failure
    }
}

/// Removes the file of a simulation whose result has been handed over.
pub(super) fn remove(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{}: cannot remove this checkpoint", file.display()))
        }
        _ => Ok(()),
    }
}

fn name(settings: &SimulationSettings) -> String {
    format!("{:?}", settings.engine).to_lowercase()
}

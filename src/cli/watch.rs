//! `runaway watch`: a log that grows, a line for each generation.

use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Instant, SystemTime};

use serde::Serialize;

use crate::fit::{FitError, Fitted, Log, LogError, LogFile, LogRow};
use crate::gate::{GateDecision, GateOptions, GateVerdict};
use crate::report::gate::line;

use super::fit::{blamed, generations, options, read};
use super::gate::{asked, reaching};
use super::limits::WorkEstimate;
use super::progress::watched;
use super::{CommandVerdict, UsageError, args, ingest, standard_error};

/// What is printed of a generation as JSON.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct WatchLine {
    /// The generation.
    generation: u64,
    /// Answers that were evaluated.
    evaluated: u64,
    /// How many of them were wrong.
    wrong: u64,
    /// How the loop stands; absent where a newer generation was there by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<GateVerdict>,
}

/// How a file looked: what tells that it was written since.
#[derive(PartialEq)]
struct FileState {
    path: PathBuf,
    length: u64,
    changed: Option<SystemTime>,
}

pub(super) fn run(args: &args::WatchArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    if args.log.files.iter().any(|file| file.as_os_str() == "-") {
        return Err(
            UsageError("watch: standard input cannot be read again; name the file that grows".to_owned()).into()
        );
    }
    let mut watch = LogWatch { args, shown: Vec::new(), read_as: false };
    if args.once {
        return watch.look(Log::files(&args.log.files)?, out);
    }
    follow(&mut watch, out)
}

/// Looks again whenever a file has changed.
fn follow(watch: &mut LogWatch<'_>, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let args = watch.args;
    let (mut last, mut since, mut found) = (None, Instant::now(), false);
    let mut failed: Option<anyhow::Error> = None;
    loop {
        let now = states(args);
        if last.as_ref() != Some(&now) {
            (last, since, failed) = (Some(now), Instant::now(), None);
            match Log::files_so_far(&args.log.files).map_err(Into::into).and_then(|files| watch.look(files, out)) {
                Ok(CommandVerdict::Fine) => found = true,
                Ok(verdict) => return Ok(verdict),
                Err(error) if is_awaited(&error) => {
                    if !std::mem::replace(&mut found, true) {
                        standard_error::note(&format!("waiting for an evaluation: {error}"))?;
                    }
                }
                // Perhaps it is being written just now.
                Err(error) => failed = Some(error),
            }
        } else if let Some(error) = failed.take() {
            return Err(error);
        } else if args.idle.is_some_and(|idle| since.elapsed() >= idle)
            && !last.as_deref().unwrap_or_default().is_empty()
        {
            // What has no end by now will have none.
            return watch.look(Log::files(&args.log.files)?, out);
        }
        sleep(args.every);
    }
}

fn is_awaited(error: &anyhow::Error) -> bool {
    error.downcast_ref::<LogError>().is_some_and(|error| error.awaited)
}

/// The files that are there, as they are now.
fn states(args: &args::WatchArgs) -> Vec<FileState> {
    let state = |path: PathBuf| {
        let metadata = std::fs::metadata(&path).ok()?;
        Some(FileState { path, length: metadata.len(), changed: metadata.modified().ok() })
    };
    Log::paths(&args.log.files).into_iter().flatten().filter_map(state).collect()
}

/// A log as far as it was shown.
struct LogWatch<'a> {
    args: &'a args::WatchArgs,
    shown: Vec<LogRow>,
    read_as: bool,
}

impl LogWatch<'_> {
    /// Prints the generations that are new; the verdict on the newest decides.
    fn look(&mut self, files: Vec<LogFile<'static>>, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
        let args = &self.args.log;
        let log = read(args, &files, &args.reading.options()?)?;
        if !std::mem::replace(&mut self.read_as, true) {
            ingest::read_as(&log, &mut standard_error::notes())?;
        }
        let run = if args.alone { 0 } else { args.run };
        let rows = log.runs.get(run).map(|run| run.rows.clone()).unwrap_or_default();
        let known = self.shown.iter().zip(&rows).take_while(|(shown, row)| shown == row).count();
        if known < self.shown.len() {
            standard_error::note("the log was written anew: generations that were shown have changed or are gone")?;
        }
        let Some((newest, before)) = rows.get(known..).and_then(<[LogRow]>::split_last) else {
            return Ok(CommandVerdict::Fine);
        };
        before.iter().try_for_each(|row| self.print(row, None, out))?;
        let verdict = self.verdict(&log)?;
        let outcome = verdict.decision;
        self.print(newest, Some(verdict), out)?;
        self.shown = rows;
        Ok(CommandVerdict::of(outcome != GateDecision::Stop))
    }

    /// How the loop stands, by the rules that were given, if any.
    fn verdict(&self, log: &Log) -> anyhow::Result<GateVerdict> {
        let args = &self.args.log;
        let asked = asked(&self.args.gate).unwrap_or_else(|| GateOptions::new(Vec::new()));
        let options = reaching(options(args, false)?, asked.horizon());
        WorkEstimate::default().fits(1, options.effort.sweeps, generations(log)).admit(args.patience)?;
        match watched("fit", "sweeps", |watch| Fitted::watched(log, &options, watch))? {
            Ok(fitted) => Ok(GateVerdict::of(&fitted, &fitted.answer(), &asked)),
            Err(FitError::TooShort { .. }) => Ok(GateVerdict::too_short(log, options.run, &asked)),
            Err(error) => Err(blamed(error, args.files.first().map(PathBuf::as_path), args.scenario.as_deref())),
        }
    }

    fn print(&self, row: &LogRow, verdict: Option<GateVerdict>, out: &mut dyn Write) -> anyhow::Result<()> {
        let text = if self.args.json {
            let LogRow { generation, evaluated, wrong, .. } = *row;
            serde_json::to_string(&WatchLine { generation, evaluated, wrong, verdict })?
        } else {
            verdict.map_or_else(|| line::measured(row), |verdict| line::standing(row, &verdict))
        };
        writeln!(out, "{text}")?;
        // Whoever follows sees a line when it is known, through a pipe as well.
        Ok(out.flush()?)
    }
}

//! `runaway advise`.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use crate::fit::{AuditQuestion, Fitted, ItemWorth, Log, LoopChecks, MOST_HORIZON, Measurement, PlannedAudits};
use crate::report;
use crate::report::fit::words::LEARNERS;

use super::answer::Answer;
use super::args;
use super::document::of_logs;
use super::fit::{blamed, generations, options, provenance, read, typed};
use super::gate::reaching;
use super::ingest::read_as;
use super::limits::WorkEstimate;
use super::progress::watched;
use super::standard_error::notes;
use super::{CommandVerdict, UsageError};

/// Generations that are forecast beyond the one by which R is to be known: what they bring is left out.
const AHEAD: u64 = 1;

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct AdviceDocument<'a> {
    audits: &'a PlannedAudits,
    items: &'a [ItemWorth],
}

pub(super) fn run(args: &args::AdviseArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let files = Log::files(&args.log.files)?;
    let log = read(&args.log, &files, &args.log.reading.options()?)?;
    let provenance = provenance(&args.log, &files, command(args))?.with_reading(log.reading());
    let last = log.runs.get(args.log.run).and_then(|run| run.rows.last()).map_or(0, |row| row.generation);
    let by = by(args, last)?;
    let options = reaching(options(&args.log, false)?, by - last + AHEAD);
    WorkEstimate::default().fits(1, options.effort.sweeps, generations(&log)).admit(args.log.patience)?;
    let fitted = watched("advise", "sweeps", |watch| Fitted::watched(&log, &options, watch))?
        .map_err(|error| blamed(error, args.log.files.first().map(PathBuf::as_path), args.log.scenario.as_deref()))?;
    read_as(&log, &mut notes())?;
    let fit = fitted.answer();
    if fit.basis.checks == LoopChecks::Unknown {
        let rule = "what was kept of how many answers is not known, so that an audit would not be used; add `generated` to the log, or say \
                    how answers are checked with --checked";
        return Err(UsageError(format!("advise: {rule}")).into());
    }
    if let Some(unsettled) = report::fit::words::unsettled(&fit) {
        let answer = Answer { finding: vec![unsettled], ..Answer::default() };
        args.output.print(out, || of_logs(&provenance, &fit), || answer)?;
        return Ok(CommandVerdict::Unsettled);
    }
    let planned =
        fitted.plan_audits(AuditQuestion { budget: args.budget, by, wanted: args.probability, level: args.level });
    let items = fitted.item_worths(&measurements(args.budget, fitted.unaudited()));
    let document = AdviceDocument { audits: &planned, items: &items };
    let answer = Answer {
        finding: report::advise::finding(&planned, &items),
        tables: report::advise::tables(&planned, &items),
        notes: fit.warnings.iter().cloned().chain([LEARNERS.to_owned()]).collect(),
        ..Answer::default()
    };
    args.output.print(out, || of_logs(&provenance, document), || answer)?;
    Ok(CommandVerdict::Fine)
}

/// The generation by which R is to be known.
fn by(args: &args::AdviseArgs, last: u64) -> Result<u64, UsageError> {
    let by = args.by.unwrap_or(last);
    if (last..last.saturating_add(MOST_HORIZON)).contains(&by) {
        return Ok(by);
    }
    let rule =
        format!("the log reaches generation {last}; audits can be planned from there to {MOST_HORIZON} generations on");
    Err(UsageError(format!("--by {by}: {rule}")))
}

/// A single item of each kind, and the whole budget; as many audits as are left to be made.
fn measurements(budget: u64, left: Option<u64>) -> Vec<Measurement> {
    let of = |items: u64| {
        let audits = items.min(left.unwrap_or(items));
        let audit = (audits > 0).then_some(Measurement::Audit(audits));
        audit.into_iter().chain([Measurement::Evaluate(items), Measurement::Next(items)])
    };
    let single: Vec<Measurement> = of(1).collect();
    let whole = of(budget).filter(|one| !single.contains(one));
    single.iter().copied().chain(whole).collect()
}

/// The command as it can be typed again.
fn command(args: &args::AdviseArgs) -> String {
    let mut words = vec!["runaway advise".to_owned()];
    words.extend(typed(&args.log, None));
    words.push(format!("--budget {}", args.budget));
    words.extend(args.by.map(|by| format!("--by {by}")));
    words.push(format!("--probability {} --level {}", args.probability, args.level));
    words.join(" ")
}

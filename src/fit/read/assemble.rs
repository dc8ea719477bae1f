//! From the evaluations that a reader found to a log: the metric chosen, counts formed, generations in order.

use std::collections::{HashMap, HashSet};

use crate::fit::log::{Log, LogRow, LogRun, note_of_run};
use crate::fit::log_error::LogError;

use super::file::LogFile;
use super::found::FoundRecords;
use super::gather::RowGather;
use super::meaning::{MetricMeaning, meaning, scope};
use super::metric::{self, ChosenMetric};
use super::names::{is_grid, ranks};
use super::pairs::{self, PairedAnswers};
use super::paths::{by_number, told_apart};
use super::problems::{self, CountedScore, ScoreStyle};
use super::record::{EvaluationRecord, EvaluationTime, MetricScore};
use super::repeats::{keep_last, once};
use super::rounds::last_of_each;
use super::wording::add_once;
use super::{ReadOptions, axis, fault, listed, some};

/// The log of what was found.
pub(super) fn log(
    files: &[LogFile],
    format: &str,
    found: FoundRecords,
    options: &ReadOptions,
) -> Result<Log, LogError> {
    let source = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    let FoundRecords {
        mut records,
        counted,
        mut ignored,
        mut notes,
        training_only,
        in_time,
        same_problems,
        verdicts,
        declared,
        ..
    } = found;
    let every_file = found.every_file;
    let generations = |log: Log| found.of_problems.map_or(Ok(log), Err);
    let options = &read_so(options, verdicts, declared);
    let cut =
        files.iter().filter(|file| file.cut).map(|file| format!("the last line of {}, which is cut off", file.name));
    ignored.extend(cut);
    let of_counts = "wrong of evaluated".to_owned();
    let (counted, taken) = match counted {
        Some(rows) if records.is_empty() => {
            let runs = rows.finish(&source, files.len() == 1, &mut notes)?;
            let (format, taken) = (format.to_owned(), vec![of_counts]);
            return generations(Log { source, format, taken, ignored, notes, same_problems, runs });
        }
        Some(rows) => (rows, Some(of_counts)),
        None => (RowGather::new(), None),
    };
    let first = files.first().map_or("", |file| file.name.as_str());
    in_order_of_names(&mut records, &mut notes)?;
    let ChosenMetric { name, falls, notes: said, ignored: others } = metric::choose(&records, &training_only, options)
        .map_err(|reason| fault(first, None, None, format!("{format}: {reason}")))?;
    notes.extend(said);
    let all = records.iter().flat_map(|record| &record.scores).filter(|score| score.name == name);
    let style = ScoreStyle::of(all, falls);
    notes.extend(style.note());
    let has = |record: &EvaluationRecord| record.scores.iter().any(|score| score.name == name);
    let (mut records, without): (Vec<EvaluationRecord>, Vec<EvaluationRecord>) = records.into_iter().partition(has);
    if every_file {
        in_every_file(&records, &without, &name)?;
    }
    notes.extend(renamed(&records, &without, &name, options)?);
    if in_time || !verdicts {
        last_of_each(&mut records, (&name, in_time), &mut notes);
    }
    if in_time {
        keep_last(&mut records, &name, &mut notes);
    }
    let rows = rows(&records, &name, style, options, &mut notes)?;
    let (runs, followed) = runs(&records, rows, &name, (counted, in_time), first, &mut notes)?;
    // A harness runs one set of problems, unless it ran on fewer of them once.
    let equal = runs.iter().all(|run| run.rows.windows(2).all(|pair| pair[0].evaluated == pair[1].evaluated));
    let same_problems = same_problems && equal || followed;
    let mut left = ignored;
    left.extend(others);
    if !without.is_empty() {
        left.push(format!("{} without `{name}`", some(without.len(), "entry", "entries")));
    }
    let taken = std::iter::once(name).chain(taken).collect();
    generations(Log { source, format: format.to_owned(), taken, ignored: left, notes, same_problems, runs })
}

/// The options with what the format settles: counts are not turned, and a metric may be declared by it.
fn read_so(options: &ReadOptions, verdicts: bool, declared: Option<String>) -> ReadOptions {
    let mut own = ReadOptions { lower_is_better: options.lower_is_better && !verdicts, ..options.clone() };
    if options.column("accuracy").is_none() {
        own.columns.extend(declared.map(|name| ("accuracy".to_owned(), name)));
    }
    own
}

/// Refuses a file of which nothing is read, because it names the metric in another way.
fn in_every_file(records: &[EvaluationRecord], without: &[EvaluationRecord], name: &str) -> Result<(), LogError> {
    let read: HashSet<&str> = records.iter().map(|record| record.file.as_str()).collect();
    let Some(record) = without.iter().find(|record| !read.contains(record.file.as_str())) else { return Ok(()) };
    let first = records.first().map_or("others", |record| record.file.as_str());
    let own = listed(record.scores.iter().map(|score| score.name.as_str()));
    let reason = format!(
        "`{name}` is read from {first}, but is not in this file, which has {own}; name it alike in all files, or leave this one out"
    );
    Err(fault(&record.file, None, None, reason))
}

/// Refuses a metric that stands only where another share of right answers does not: it changed its name on the way. Where it was
/// asked for, that is said.
fn renamed(
    records: &[EvaluationRecord],
    without: &[EvaluationRecord],
    name: &str,
    options: &ReadOptions,
) -> Result<Option<String>, LogError> {
    let place = |record: &EvaluationRecord| (record.run.clone(), format!("{:?}", record.when));
    let with: HashSet<(String, String)> =
        if without.is_empty() { HashSet::new() } else { records.iter().map(place).collect() };
    // A metric of training rows is none of the evaluations'.
    let is_alike =
        |score: &&MetricScore| meaning(&score.name) == MetricMeaning::Right && scope(&score.name) == scope(name);
    let beside: HashSet<&str> = without
        .iter()
        .filter(|record| with.contains(&place(record)))
        .chain(records)
        .flat_map(|record| record.scores.iter().map(|score| score.name.as_str()))
        .collect();
    let other = without.iter().filter(|record| record.when != EvaluationTime::Unknown).find_map(|record| {
        Some((record, record.scores.iter().filter(is_alike).find(|score| !beside.contains(score.name.as_str()))?))
    });
    let Some((record, other)) = other else { return Ok(None) };
    let said =
        format!("`{}` stands where `{name}` does not, and never beside it, as after a change of names", other.name);
    if options.metric.is_some() {
        return Ok(Some(format!("{said}: it is left out")));
    }
    let reason = format!("{said}; write one name for both, or take one of them alone with --metric NAME");
    Err(fault(&record.file, record.line, Some(&other.name), reason))
}

/// One record a file and no step in any of them: in the order of the numbers in the files' names.
fn in_order_of_names(records: &mut [EvaluationRecord], notes: &mut Vec<String>) -> Result<(), LogError> {
    let several = records.windows(2).all(|pair| pair[0].file != pair[1].file);
    if records.len() < 2 || !several || records.iter().any(|record| record.when != EvaluationTime::Unknown) {
        return Ok(());
    }
    // Texts compare as the numbers in them do.
    records.sort_by_cached_key(|record| by_number(&record.file));
    let (names, folders) = told_apart(&records.iter().map(|record| record.file.as_str()).collect::<Vec<_>>());
    if let (Some(record), true) = (records.first(), is_grid(&names)) {
        let names = listed(names.iter().map(String::as_str));
        let reason = format!(
            "{names} differ in two numbers, and every pair of these occurs, as in several runs side by side; give the files of one run"
        );
        return Err(fault(&record.file, None, None, reason));
    }
    let ranks = ranks(&names).map(|(ranks, _)| ranks);
    let whose = if folders { "their folders' names" } else { "their names" };
    let order = if ranks.is_some() { format!("of the numbers in {whose}") } else { format!("of {whose}") };
    let mut named: Vec<(u64, &String)> =
        ranks.unwrap_or_else(|| (0..).take(names.len()).collect()).into_iter().zip(&names).collect();
    for ((generation, _), record) in named.iter().zip(records) {
        record.when = EvaluationTime::Generation(*generation);
    }
    named.sort_unstable();
    let names = listed(named.iter().map(|(_, name)| name.as_str()));
    notes.push(format!("generations are the files in the order {order}: {names}"));
    Ok(())
}

fn rows(
    records: &[EvaluationRecord],
    name: &str,
    style: ScoreStyle,
    options: &ReadOptions,
    notes: &mut Vec<String>,
) -> Result<Vec<LogRow>, LogError> {
    let mut rows = Vec::with_capacity(records.len());
    let (mut rounding, mut clustered) = (Rounding::NONE, None);
    for record in records {
        let Some(score) = record.scores.iter().find(|score| score.name == name) else { continue };
        let complain = |column: &str, reason: String| fault(&record.file, record.line, Some(column), reason);
        let counted = problems::counted(score, style, options)
            .map_err(|error| error.or_of(name).at(&record.file, record.line))?;
        rounding.see(&counted);
        clustered = clustered.or(counted.independent.map(|worth| (counted.evaluated, worth)));
        if let Some(k) = score.repeats.filter(|&k| k > 1 && problems::repeats_in(name) == Some(k)) {
            add_once(
                notes,
                Some(format!("`{name}` is taken as the mean over {k} answers to each problem, as its name says")),
            );
        }
        let row = LogRow {
            evaluated: counted.evaluated,
            wrong: counted.wrong,
            independent: counted.independent,
            ..record.rest
        };
        row.check().map_err(|error| complain(error.column, error.rule))?;
        rows.push(row);
    }
    if rounding.is_likely() {
        notes.extend(rounding.note());
        for (row, within) in rows.iter_mut().zip(&rounding.within).filter(|(_, within)| **within > 0) {
            row.wrong_within = Some(*within);
        }
    }
    if let Some((answers, worth)) = clustered {
        notes.push(format!("several answers to each problem: {answers} answers count as {worth} independent ones"));
    }
    if style.falls {
        notes.push(format!("`{name}` is read as an error rate"));
    }
    Ok(rows)
}

/// What the rates of a metric show of their rounding.
struct Rounding {
    /// The farthest that a rate lies from a whole count.
    off: f64,
    /// The answers that the digits leave open either way, row by row.
    within: Vec<u64>,
    /// In how many logs of rates in full, one has whole counts all along where the digits leave this number open.
    coincidence: f64,
}

impl Rounding {
    const NONE: Self = Self { off: 0.0, within: Vec::new(), coincidence: 1.0 };
    /// A coincidence that rare is not believed.
    const UNBELIEVED: f64 = 20.0;

    fn see(&mut self, counted: &CountedScore) {
        let (off, open) = counted.rounding;
        self.off = self.off.max(off);
        self.within.push(counted.within);
        self.coincidence *= (2.0 * open).max(1.0);
    }

    /// Rates that are whole counts to the last digit were not rounded, however few digits they have; but where n is a round
    /// number, so is every rounded rate of it.
    fn is_likely(&self) -> bool {
        self.off > problems::NEAR || self.coincidence >= Self::UNBELIEVED
    }

    fn note(&self) -> Option<String> {
        self.within.iter().max().filter(|most| **most > 0).map(|&most| {
            let counts = some(most as usize, "answer", "answers");
            format!("rates are rounded: counts are the nearest, known to {counts} either way (`wrong_within`)")
        })
    }
}

/// Rows by run beside those that were gathered, each with its generation, and whether they answer the same problems as far as
/// their ids tell.
fn runs(
    records: &[EvaluationRecord],
    rows: Vec<LogRow>,
    name: &str,
    (mut gather, in_time): (RowGather, bool),
    source: &str,
    notes: &mut Vec<String>,
) -> Result<(Vec<LogRun>, bool), LogError> {
    let mut order: Vec<&str> = Vec::new();
    let mut of_run: HashMap<&str, Vec<(&EvaluationRecord, LogRow)>> = HashMap::new();
    for (record, row) in records.iter().zip(rows) {
        let own = of_run.entry(&record.run).or_insert_with(|| {
            order.push(&record.run);
            Vec::new()
        });
        own.push((record, row));
    }
    let mut same = true;
    let one_file = gather.rows() == 0 && records.windows(2).all(|pair| pair[0].file == pair[1].file);
    let several = order.len() > 1;
    let whens = of_run.values().map(|own| own.iter().map(|(record, _)| &record.when).collect());
    let common = axis::common_steps(whens);
    for run in order {
        let own = of_run.remove(run).unwrap_or_default();
        let whens: Vec<EvaluationTime> = own.iter().map(|(record, _)| record.when.clone()).collect();
        let (generations, note) = axis::generations(&whens, &common).map_err(|error| error.at(source, None))?;
        add_once(notes, note.map(|note| if several { note_of_run(run, &note) } else { note }));
        let mut own: Vec<(&EvaluationRecord, LogRow)> = own
            .into_iter()
            .zip(generations)
            .map(|((record, row), generation)| (record, LogRow { generation, ..row }))
            .collect();
        own.sort_by_key(|(_, row)| row.generation);
        once(&mut own, in_time, notes)?;
        let (followed, moved) = followed(own.iter().map(|(record, row)| (*record, *row)), name);
        same &= moved;
        for ((record, _), row) in own.iter().zip(followed) {
            gather.add(run, record.line.unwrap_or(0), row);
        }
    }
    Ok((gather.finish(source, one_file, notes)?, same))
}

/// The rows of a run with what became of their problems, and whether these are the same all along.
fn followed<'a>(own: impl Iterator<Item = (&'a EvaluationRecord, LogRow)>, name: &str) -> (Vec<LogRow>, bool) {
    let answers = |record: &'a EvaluationRecord| {
        record.scores.iter().find(|score| score.name == name).map(|score| &score.answers)
    };
    let mut rows: Vec<(&PairedAnswers, LogRow)> =
        own.filter_map(|(record, row)| Some((answers(record)?, row))).collect();
    let same = pairs::follow(&mut rows);
    (rows.into_iter().map(|(_, row)| row).collect(), same)
}

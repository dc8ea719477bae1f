//! From the evaluations that a reader found to a log: the metric chosen, counts formed, generations in order.

use std::collections::{HashMap, HashSet};

use super::file::LogFile;
use super::gather::Gather;
use super::metric::{self, Chosen};
use super::pairs::{self, Answers};
use super::paths::by_number;
use super::problems::{self, Counted, Style};
use super::record::{Found, Record, Value, When};
use super::{ReadOptions, axis, fault, some};
use crate::fit::log::{Log, LogError, Row, Run};

/// The log of what was found.
pub(super) fn log(files: &[LogFile], format: &str, found: Found, options: &ReadOptions) -> Result<Log, LogError> {
    let source = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    let Found { mut records, counted, mut ignored, mut notes, training_only, in_time, same_problems, verdicts, .. } =
        found;
    let turned = ReadOptions { lower_is_better: false, ..options.clone() };
    let options = if verdicts { &turned } else { options };
    let cut =
        files.iter().filter(|file| file.cut).map(|file| format!("the last line of {}, which is cut off", file.name));
    ignored.extend(cut);
    if let (Some(rows), true) = (counted, records.is_empty()) {
        let runs = rows.finish(&source, files.len() == 1, &mut notes)?;
        let (format, taken) = (format.to_owned(), vec!["wrong of evaluated".to_owned()]);
        return Ok(Log { source, format, taken, ignored, notes, same_problems, runs });
    }
    let first = files.first().map_or("", |file| file.name.as_str());
    in_order_of_names(&mut records, &mut notes);
    let Chosen { name, falls, notes: said, ignored: others } = metric::choose(&records, &training_only, options)
        .map_err(|reason| fault(first, None, None, format!("{format}: {reason}")))?;
    notes.extend(said);
    let all = records.iter().flat_map(|record| &record.scores).filter(|score| score.name == name);
    let style = Style::of(all, falls);
    notes.extend(style.note());
    let without = records.len();
    records.retain(|record| record.scores.iter().any(|score| score.name == name));
    let without = without - records.len();
    if in_time {
        keep_last(&mut records, &name, &mut notes);
    }
    let rows = rows(&records, &name, style, options, &mut notes)?;
    let (runs, followed) = runs(&records, rows, &name, first, &mut notes)?;
    let same_problems = same_problems || followed;
    let mut left = ignored;
    left.extend(others);
    if without > 0 {
        left.push(format!("{} without `{name}`", some(without, "entry", "entries")));
    }
    Ok(Log { source, format: format.to_owned(), taken: vec![name], ignored: left, notes, same_problems, runs })
}

/// Of several evaluations at one step of one file the last: its run was resumed from before that step. Of other files only
/// those with the same result are left out: states of later checkpoints repeat the earlier ones.
fn keep_last(records: &mut Vec<Record>, name: &str, notes: &mut Vec<String>) {
    let mut seen: HashMap<(String, u64), (usize, Value)> = HashMap::new();
    let (mut left, mut repeated) = (HashSet::new(), 0);
    for (place, record) in records.iter().enumerate() {
        let score = record.scores.iter().find(|score| score.name == name);
        let (When::Step(step), Some(score)) = (&record.when, score) else { continue };
        let Some((earlier, value)) = seen.insert((record.run.clone(), step.to_bits()), (place, score.value)) else {
            continue;
        };
        let same_file = records.get(earlier).is_some_and(|earlier| earlier.file == record.file);
        if same_file || value == score.value {
            left.insert(earlier);
            repeated += usize::from(value != score.value);
        }
    }
    let mut place = 0;
    records.retain(|_| {
        place += 1;
        !left.contains(&(place - 1))
    });
    if repeated > 0 {
        notes.push(format!(
            "{} evaluated again with another result, as in a run that was resumed: the last evaluation is taken",
            some(repeated, "step was", "steps were")
        ));
    }
}

/// One record a file and no step in any of them: in the order of the numbers in the files' names.
fn in_order_of_names(records: &mut [Record], notes: &mut Vec<String>) {
    let several = records.windows(2).all(|pair| pair[0].file != pair[1].file);
    if records.len() < 2 || !several || records.iter().any(|record| record.when != When::Unknown) {
        return;
    }
    records.sort_by_cached_key(|record| by_number(&record.file));
    let short: Vec<&str> = records.iter().map(|record| record.file.rsplit('/').next().unwrap_or("")).collect();
    let distinct = short.iter().collect::<HashSet<_>>().len() == short.len();
    let full = || records.iter().map(|record| record.file.as_str()).collect();
    let names: Vec<&str> = if distinct { short } else { full() };
    notes.push(format!(
        "generations are the files in the order of the numbers in their names: {}",
        super::listed(names)
    ));
    for (generation, record) in (0..).zip(records) {
        record.when = When::Generation(generation);
    }
}

fn rows(
    records: &[Record],
    name: &str,
    style: Style,
    options: &ReadOptions,
    notes: &mut Vec<String>,
) -> Result<Vec<Row>, LogError> {
    let mut rows = Vec::with_capacity(records.len());
    let (mut rounding, mut clustered) = (Rounding::NONE, None);
    for record in records {
        let Some(score) = record.scores.iter().find(|score| score.name == name) else { continue };
        let complain = |column: &str, reason: String| fault(&record.file, record.line, Some(column), reason);
        let counted = problems::counted(score, style, options).map_err(|reason| complain(name, reason))?;
        rounding.see(&counted);
        clustered = clustered.or(counted.independent.map(|worth| (counted.evaluated, worth)));
        let row =
            Row { evaluated: counted.evaluated, wrong: counted.wrong, independent: counted.independent, ..record.rest };
        row.check().map_err(|(column, reason)| complain(column, reason))?;
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
    /// In how many logs of rates in full, one has whole counts all along where the digits leave so many open.
    coincidence: f64,
}

impl Rounding {
    const NONE: Self = Self { off: 0.0, within: Vec::new(), coincidence: 1.0 };
    /// A coincidence that rare is not believed.
    const UNBELIEVED: f64 = 20.0;

    fn see(&mut self, counted: &Counted) {
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

/// Rows by run, each with its generation, and whether they answer the same problems as far as their ids tell.
fn runs(
    records: &[Record],
    rows: Vec<Row>,
    name: &str,
    source: &str,
    notes: &mut Vec<String>,
) -> Result<(Vec<Run>, bool), LogError> {
    let mut order: Vec<&str> = Vec::new();
    let mut of_run: HashMap<&str, Vec<(&Record, Row)>> = HashMap::new();
    for (record, row) in records.iter().zip(rows) {
        let own = of_run.entry(&record.run).or_insert_with(|| {
            order.push(&record.run);
            Vec::new()
        });
        own.push((record, row));
    }
    let mut gather = Gather::new();
    let mut same = true;
    let one_file = records.windows(2).all(|pair| pair[0].file == pair[1].file);
    for run in order {
        let own = of_run.remove(run).unwrap_or_default();
        let whens: Vec<When> = own.iter().map(|(record, _)| record.when.clone()).collect();
        let (generations, note) = axis::generations(&whens);
        add_once(notes, note);
        let mut own: Vec<(&Record, Row)> = own
            .into_iter()
            .zip(generations)
            .map(|((record, row), generation)| (record, Row { generation, ..row }))
            .collect();
        own.sort_by_key(|(_, row)| row.generation);
        let (followed, moved) = followed(own.iter().map(|(record, row)| (*record, *row)), name);
        same &= moved;
        for ((record, _), row) in own.iter().zip(followed) {
            gather.add(run, record.line.unwrap_or(0), row);
        }
    }
    Ok((gather.finish(source, one_file, notes)?, same))
}

/// The rows of a run with what became of their problems, and whether these are the same all along.
fn followed<'a>(own: impl Iterator<Item = (&'a Record, Row)>, name: &str) -> (Vec<Row>, bool) {
    let answers =
        |record: &'a Record| record.scores.iter().find(|score| score.name == name).map(|score| &score.answers);
    let mut rows: Vec<(&Answers, Row)> = own.filter_map(|(record, row)| Some((answers(record)?, row))).collect();
    let same = pairs::follow(&mut rows);
    (rows.into_iter().map(|(_, row)| row).collect(), same)
}

/// Adds a note unless it has been said.
pub(super) fn add_once(notes: &mut Vec<String>, note: Option<String>) {
    if let Some(note) = note.filter(|note| !notes.contains(note)) {
        notes.push(note);
    }
}

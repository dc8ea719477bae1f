//! TensorBoard event files: the scalars in them. Framing: length (u64), its checksum, the record, its checksum; records are
//! protocol buffers `Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2, tensor = 8 } } }`
//! (tensorflow/core/util/event.proto, summary.proto).

use std::collections::{BTreeMap, BTreeSet};

use crate::fit::log_error::LogError;

use super::decimals::shortest_decimals;
use super::event_records::EventRecords;
use super::file::{FileShape, LogFile};
use super::found::{FoundRecords, MOST_VALUES};
use super::lines::unreadable;
use super::meaning::{MetricMeaning, meaning};
use super::record::{EvaluationRecord, EvaluationTime, MetricScore};
use super::{LogFormat, ReadOptions, fault, listed, some};

pub(super) const FORMAT: LogFormat = LogFormat { name: "TensorBoard events", recognise, read };

/// The most tags that are named as left aside.
const MOST_TAGS: usize = 100;

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    matches!(file.shape, FileShape::Binary)
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::default();
    let mut others = BTreeSet::new();
    let folders: BTreeSet<&str> = files.iter().map(|file| folder(&file.name)).collect();
    for file in files {
        let mut scalars = Scalars { by_step: BTreeMap::new(), values: 0, resumed: 0, cut: false, others: &mut others };
        scalars.read(file, options)?;
        found.ignored.extend(scalars.cut.then(|| format!("the last record of {}, which is cut off", file.name)));
        if scalars.resumed > 0 {
            let values = some(scalars.resumed, "value was", "values were");
            found.notes.push(format!(
                "{values} written again for the same step, as in a run that was resumed: the last is taken"
            ));
        }
        // The files of one folder are of one run: TensorBoard shows them so.
        let first = files.iter().find(|first| folder(&first.name) == folder(&file.name)).unwrap_or(file);
        for (step, scores) in scalars.by_step {
            let record = EvaluationRecord::new(&first.name, None, EvaluationTime::Step(step as f64), scores);
            let run = if folders.len() > 1 { folder(&file.name) } else { "" };
            found.push(EvaluationRecord { run: run.to_owned(), ..record })?;
        }
    }
    if let (Some(file), true) = (files.first(), found.records.is_empty()) {
        let reason = if others.is_empty() {
            "this TensorBoard file holds no scalar".to_owned()
        } else {
            let found = listed(others.iter().map(String::as_str));
            format!("no share of right answers was logged; found {found}")
        };
        return Err(fault(&file.name, None, None, reason));
    }
    found.in_time = true;
    found.ignored.extend(others);
    Ok(found)
}

/// The scalars of a file.
struct Scalars<'a> {
    by_step: BTreeMap<u64, Vec<MetricScore>>,
    values: usize,
    /// Values that were written again for the same step.
    resumed: usize,
    /// Whether the last record was not written to its end.
    cut: bool,
    /// Tags that cannot be meant: a run logs hundreds at every step of training.
    others: &'a mut BTreeSet<String>,
}

impl Scalars<'_> {
    fn read(&mut self, file: &LogFile, options: &ReadOptions) -> Result<(), LogError> {
        let mut records = EventRecords::new(file.reader()?);
        while let Some(record) = records.next().map_err(|error| unreadable(&file.name, &error))? {
            let (step, values) = event(record);
            for (tag, value) in values {
                let asked = options.metric.as_ref().is_some_and(|metric| tag.contains(metric.as_str()));
                if asked || !matches!(meaning(&tag), MetricMeaning::Other(_)) {
                    let mut score = MetricScore::share(&tag, value, shortest_decimals(value));
                    score.evaluated = options.evaluated;
                    self.add(step, score);
                } else if self.others.len() < MOST_TAGS {
                    self.others.insert(tag);
                }
            }
            if self.values > MOST_VALUES {
                let reason = format!("more than {MOST_VALUES} values; choose those to read with --metric NAME");
                return Err(fault(&file.name, None, None, reason));
            }
        }
        self.cut |= records.cut;
        Ok(())
    }

    /// Takes a value; one for a step that had it before is that of a run which was resumed.
    fn add(&mut self, step: u64, score: MetricScore) {
        let scores = self.by_step.entry(step).or_default();
        match scores.iter_mut().find(|known| known.name == score.name) {
            Some(known) => {
                self.resumed += usize::from(known.value != score.value);
                *known = score;
            }
            None => {
                self.values += 1;
                scores.push(score);
            }
        }
    }
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Step and scalars of an event.
fn event(bytes: &[u8]) -> (u64, Vec<(String, f64)>) {
    let (mut step, mut values) = (0, Vec::new());
    for (field, content) in fields(bytes) {
        match (field, content) {
            (2, Content::Number(number)) => step = number,
            (5, Content::Bytes(summary)) => {
                let inner = fields(summary).filter_map(|(field, content)| {
                    if let (1, Content::Bytes(value)) = (field, content) { scalar(value) } else { None }
                });
                values.extend(inner);
            }
            _ => {}
        }
    }
    (step, values)
}

/// A tag with its number: `simple_value`, or the first number of a tensor.
fn scalar(bytes: &[u8]) -> Option<(String, f64)> {
    let (mut tag, mut value) = (None, None);
    for (field, content) in fields(bytes) {
        match (field, content) {
            (1, Content::Bytes(name)) => tag = std::str::from_utf8(name).ok().map(str::to_owned),
            (2, Content::Four(bits)) => value = Some(short(f32::from_le_bytes(bits))),
            (8, Content::Bytes(tensor)) => value = value.or_else(|| of_tensor(tensor)),
            _ => {}
        }
    }
    tag.zip(value.filter(|value| value.is_finite()))
}

/// The first number of a tensor: `tensor_content = 4` or `float_val = 5`, four bytes each.
fn of_tensor(bytes: &[u8]) -> Option<f64> {
    fields(bytes).find_map(|(field, content)| match (field, content) {
        (4 | 5, Content::Bytes(content)) => {
            content.get(..4).and_then(|bits| bits.try_into().ok()).map(|bits| short(f32::from_le_bytes(bits)))
        }
        (5, Content::Four(bits)) => Some(short(f32::from_le_bytes(bits))),
        _ => None,
    })
}

/// A single-precision number as a person would write it: 0.634, not 0.6340000033.
fn short(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

enum Content<'a> {
    Number(u64),
    Four([u8; 4]),
    Bytes(&'a [u8]),
    Eight,
}

/// The fields of a protocol buffer, up to the first that is cut off.
fn fields(bytes: &[u8]) -> impl Iterator<Item = (u64, Content<'_>)> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let key = varint(&mut rest)?;
        let content = match key & 7 {
            0 => Content::Number(varint(&mut rest)?),
            1 => {
                take(&mut rest, 8)?;
                Content::Eight
            }
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                Content::Bytes(take(&mut rest, length)?)
            }
            5 => Content::Four(take(&mut rest, 4)?.try_into().ok()?),
            _ => return None,
        };
        Some((key >> 3, content))
    })
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

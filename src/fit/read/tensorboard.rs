//! TensorBoard event files: the scalars in them. Framing: length (u64), its checksum, the record, its checksum; records are
//! protocol buffers `Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2, tensor = 8 } } }`
//! (tensorflow/core/util/event.proto, summary.proto).

use std::collections::BTreeMap;

use super::file::{LogFile, Shape};
use super::record::{Found, Record, Score, When, shortest_decimals};
use super::{Format, ReadOptions, fault};
use crate::fit::log::LogError;

pub(super) const FORMAT: Format = Format { name: "TensorBoard events", recognise, read };

/// Bytes around a record: length, two checksums.
const FRAME: usize = 16;

fn recognise(file: &LogFile) -> bool {
    matches!(file.shape, Shape::Binary)
}

/// Whether bytes begin with the record that opens every event file, which holds its version.
pub(super) fn is_event_file(bytes: &[u8]) -> bool {
    records(bytes).next().is_some_and(|record| record.windows(12).any(|window| window == b"brain.Event:"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::default();
    for file in files {
        let mut by_step: BTreeMap<u64, Vec<Score>> = BTreeMap::new();
        for record in records(file.bytes) {
            let (step, values) = event(record);
            for (tag, value) in values {
                let mut score = Score::share(&tag, value, shortest_decimals(value));
                score.evaluated = options.evaluated;
                by_step.entry(step).or_default().push(score);
            }
        }
        if by_step.is_empty() {
            return Err(fault(&file.name, None, None, "this TensorBoard file holds no scalar"));
        }
        let records =
            by_step.into_iter().map(|(step, scores)| Record::new(&file.name, None, When::Step(step as f64), scores));
        found.records.extend(records);
    }
    Ok(found)
}

/// The records of a file, up to its end or to the first that is cut off.
fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::try_from(u64::from_le_bytes(rest.get(..8)?.try_into().ok()?)).ok()?;
        let record = rest.get(12..length.checked_add(12)?)?;
        rest = rest.get(length.checked_add(FRAME)?..)?;
        Some(record)
    })
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

//! The grid as Parquet: a column for each key, each number and the reasons.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::scenario::KeyNumber;
use crate::sweep::{CellColumns, FinishedPart, PartHeader, SweepCell};

/// Cells of a row group, which are held in memory.
const GROUP: usize = 65_536;
/// The column of reasons.
const UNKNOWN: &str = "unknown";

/// Writes all cells of some parts, and hands each over.
pub(super) fn write_parquet(
    out: &mut (dyn Write + Send),
    header: &PartHeader,
    parts: &[FinishedPart],
    take: &mut dyn FnMut(SweepCell),
) -> anyhow::Result<()> {
    let columns = header.columns();
    let noted = [("command", &header.command), ("version", &header.version), ("sweep_sha256", &header.sha256)];
    let noted = noted.map(|(key, value)| KeyValue::new(key.to_owned(), value.clone())).to_vec();
    let properties = WriterProperties::builder()
        .set_created_by(format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(noted))
        .build();
    let schema = schema(header, &columns)?;
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
    let mut group: Vec<SweepCell> = Vec::new();
    for part in parts {
        part.read(|cell| -> anyhow::Result<()> {
            group.push(cell.clone());
            take(cell);
            if group.len() == GROUP {
                write_group(writer.next_row_group()?, header, &columns, &group)?;
                group.clear();
            }
            Ok(())
        })?;
    }
    if !group.is_empty() {
        write_group(writer.next_row_group()?, header, &columns, &group)?;
    }
    writer.close()?;
    Ok(())
}

/// Whether the values of an axis are whole.
fn is_whole(header: &PartHeader, axis: usize) -> bool {
    header.grid.axes()[axis].values.iter().all(|value| matches!(value, KeyNumber::Whole(_)))
}

fn schema(header: &PartHeader, columns: &CellColumns) -> anyhow::Result<Arc<Type>> {
    let mut fields = Vec::new();
    for (at, axis) in header.grid.axes().iter().enumerate() {
        let physical = if is_whole(header, at) { Physical::INT64 } else { Physical::DOUBLE };
        let field = Type::primitive_type_builder(&axis.key, physical).with_repetition(Repetition::REQUIRED);
        fields.push(Arc::new(field.build()?));
    }
    for number in columns.numbers() {
        let field = Type::primitive_type_builder(number, Physical::DOUBLE).with_repetition(Repetition::OPTIONAL);
        fields.push(Arc::new(field.build()?));
    }
    let reasons = Type::primitive_type_builder(UNKNOWN, Physical::BYTE_ARRAY)
        .with_logical_type(Some(LogicalType::String))
        .with_repetition(Repetition::OPTIONAL);
    fields.push(Arc::new(reasons.build()?));
    Ok(Arc::new(Type::group_type_builder("sweep").with_fields(fields).build()?))
}

fn write_group<W: Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    header: &PartHeader,
    columns: &CellColumns,
    cells: &[SweepCell],
) -> anyhow::Result<()> {
    for at in 0..header.grid.axes().len() {
        let Some(mut column) = group.next_column()? else { break };
        let values = cells.iter().map(|cell| cell.values[at]);
        if is_whole(header, at) {
            let whole = |value| if let KeyNumber::Whole(whole) = value { whole } else { 0 };
            column.typed::<Int64Type>().write_batch(&values.map(whole).collect::<Vec<_>>(), None, None)?;
        } else {
            column.typed::<DoubleType>().write_batch(&values.map(KeyNumber::get).collect::<Vec<_>>(), None, None)?;
        }
        column.close()?;
    }
    let numbers: Vec<Vec<Option<f64>>> = cells.iter().map(|cell| columns.numbers_of(&cell.point)).collect();
    for at in 0..columns.numbers().len() {
        let Some(mut column) = group.next_column()? else { break };
        let known: Vec<f64> = numbers.iter().filter_map(|row| row[at]).collect();
        let levels: Vec<i16> = numbers.iter().map(|row| i16::from(row[at].is_some())).collect();
        column.typed::<DoubleType>().write_batch(&known, Some(&levels), None)?;
        column.close()?;
    }
    if let Some(mut column) = group.next_column()? {
        let reasons: Vec<String> = cells.iter().map(|cell| columns.reasons(&cell.point)).collect();
        let levels: Vec<i16> = reasons.iter().map(|reason| i16::from(!reason.is_empty())).collect();
        let known: Vec<ByteArray> = reasons
            .into_iter()
            .filter(|reason| !reason.is_empty())
            .map(|reason| ByteArray::from(reason.into_bytes()))
            .collect();
        column.typed::<ByteArrayType>().write_batch(&known, Some(&levels), None)?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

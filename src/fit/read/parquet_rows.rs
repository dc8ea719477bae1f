//! Rows of Parquet files as objects: TRL keeps its completions so (`step`, `prompt`, `completion`, a column for each reward).

use parquet::basic::{Encoding, PageType};
use parquet::column::page::PageReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, List, Map, Row};
use serde_json::Value as Json;

use super::json::JsonObject;
use super::read_error::ReadError;
use crate::files::StoredInput;

/// Calls `each` with every row and its place from 1, until it answers `false`.
pub(super) fn each_row(
    input: &StoredInput<'_>,
    mut each: impl FnMut(u64, JsonObject) -> bool,
) -> Result<(), ReadError> {
    let complain = |error: &dyn std::fmt::Display| ReadError::new(format!("this Parquet file cannot be read: {error}"));
    let file = input.file().map_err(|error| complain(&error))?;
    let reader = SerializedFileReader::new(file).map_err(|error| complain(&error))?;
    let groups = reader.metadata().row_groups();
    if !groups.iter().flat_map(RowGroupMetaData::columns).all(is_placed) {
        return Err(complain(&"it is damaged: a column begins before the file does, or is shorter than nothing"));
    }
    if !has_dictionaries(&reader).map_err(|error| complain(&error))? {
        return Err(complain(&"it is damaged: a column refers to a dictionary that is not there"));
    }
    let rows = reader.get_row_iter(None).map_err(|error| complain(&error))?;
    for (place, row) in (1..).zip(rows) {
        if !each(place, object(&row.map_err(|error| complain(&error))?)) {
            break;
        }
    }
    Ok(())
}

/// Whether every column whose values are places in a dictionary begins with one: the reader of columns panics where it does not.
fn has_dictionaries(reader: &dyn FileReader) -> Result<bool, ParquetError> {
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for column in 0..group.num_columns() {
            if !has_dictionary(group.get_column_page_reader(column)?.as_mut())? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn has_dictionary(pages: &mut dyn PageReader) -> Result<bool, ParquetError> {
    while let Some(page) = pages.get_next_page()? {
        match (page.page_type(), page.encoding()) {
            (PageType::DICTIONARY_PAGE, _) => return Ok(true),
            (_, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) => return Ok(false),
            _ => {}
        }
    }
    Ok(true)
}

/// Whether a column's place and length can be: the reader of columns panics where they are negative.
fn is_placed(column: &ColumnChunkMetaData) -> bool {
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    start >= 0 && column.compressed_size() >= 0
}

fn object(row: &Row) -> JsonObject {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

fn value(field: &Field) -> Json {
    match field {
        Field::Null => Json::Null,
        Field::Bool(truth) => Json::from(*truth),
        Field::Byte(number) => Json::from(*number),
        Field::Short(number) => Json::from(*number),
        Field::Int(number) => Json::from(*number),
        Field::Long(number) => Json::from(*number),
        Field::UByte(number) => Json::from(*number),
        Field::UShort(number) => Json::from(*number),
        Field::UInt(number) => Json::from(*number),
        Field::ULong(number) => Json::from(*number),
        // A single-precision number as a person would write it; one that is not finite becomes null.
        Field::Float(number) => Json::from(number.to_string().parse::<f64>().unwrap_or(f64::from(*number))),
        Field::Double(number) => Json::from(*number),
        Field::Str(text) => Json::from(text.as_str()),
        Field::ListInternal(list) => elements(list),
        Field::Group(row) => Json::Object(object(row)),
        Field::MapInternal(map) => entries(map),
        other => Json::from(other.to_string()),
    }
}

fn elements(list: &List) -> Json {
    list.elements().iter().map(value).collect()
}

fn entries(map: &Map) -> Json {
    let name = |key: &Field| if let Field::Str(text) = key { text.clone() } else { key.to_string() };
    Json::Object(map.entries().iter().map(|(key, field)| (name(key), value(field))).collect())
}

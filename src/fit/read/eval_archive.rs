//! Inspect's `.eval` files: zip archives of `header.json` (in old versions `start.json` and `results.json`) and a JSON for each
//! sample, compressed with deflate or Zstandard. They are read into the form that `inspect log dump` gives, of the samples
//! what is needed here.

use std::fs::File;
use std::io::{self, Read};

use serde_json::Value as Json;
use zip::{CompressionMethod, ZipArchive};

use super::json::{self, JsonObject};
use super::read_error::ReadError;
use crate::files::{LOG, StoredInput};

/// What is kept of a sample.
const KEPT: [&str; 3] = ["id", "epoch", "scores"];

/// The log in an archive.
pub(super) fn document(input: &StoredInput<'_>) -> Result<JsonObject, ReadError> {
    let damaged = |error: &dyn std::fmt::Display| {
        ReadError::new(format!(
            "this is a damaged zip archive ({error}); copy it again, and if it is an Inspect log (.eval), write it as JSON \
             with `inspect log dump FILE > log.json`"
        ))
    };
    let file = input.file().map_err(|error| damaged(&error))?;
    let mut archive = ZipArchive::new(file).map_err(|error| damaged(&error))?;
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(String::from).collect();
    let mut log = header(&mut archive, &names)?;
    let samples = names.iter().filter(|name| name.starts_with("samples/") && name.ends_with(".json"));
    let samples: Vec<Json> = samples.map(|name| sample(&mut archive, name)).collect::<Result<_, _>>()?;
    if !samples.is_empty() {
        log.insert("samples".to_owned(), Json::Array(samples));
    }
    Ok(log)
}

fn header(archive: &mut ZipArchive<File>, names: &[String]) -> Result<JsonObject, ReadError> {
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("header.json") {
        return entry(archive, "header.json");
    }
    if !has("start.json") && !has("_journal/start.json") {
        return Err(ReadError::new("this is a zip archive without an Inspect log (.eval) in it; unpack it first"));
    }
    if !has("results.json") {
        return Err(ReadError::new("this Inspect log has no results: the evaluation was not finished"));
    }
    let mut log = entry(archive, if has("start.json") { "start.json" } else { "_journal/start.json" })?;
    log.extend(entry(archive, "results.json")?);
    Ok(log)
}

fn sample(archive: &mut ZipArchive<File>, name: &str) -> Result<Json, ReadError> {
    let mut sample = entry(archive, name)?;
    sample.retain(|key, _| KEPT.contains(&key.as_str()));
    Ok(Json::Object(sample))
}

/// The JSON object of an entry.
fn entry(archive: &mut ZipArchive<File>, name: &str) -> Result<JsonObject, ReadError> {
    let complain = |error: &dyn std::fmt::Display| {
        ReadError::new(format!("`{}` in this archive: {error}", super::shortened(name)))
    };
    let index = archive.index_for_name(name).ok_or_else(|| complain(&"it is missing"))?;
    let raw = archive.by_index_raw(index).map_err(|error| complain(&error))?;
    let text = if raw.compression() == CompressionMethod::ZSTD {
        // The crate that reads archives leaves this method to others.
        let decoder = ruzstd::decoding::StreamingDecoder::new(raw).map_err(|error| complain(&error))?;
        limited(decoder)
    } else {
        drop(raw);
        limited(archive.by_index(index).map_err(|error| complain(&error))?)
    };
    json::object(&text.map_err(|error| complain(&error))?).map_err(|reason| complain(&reason))
}

/// All text, as far as a log may have so much.
fn limited(reader: impl Read) -> io::Result<String> {
    let mut text = String::new();
    if reader.take(LOG.most + 1).read_to_string(&mut text)? as u64 > LOG.most {
        return Err(io::Error::other(format!("it is longer than {} MiB", LOG.most >> 20)));
    }
    Ok(text)
}

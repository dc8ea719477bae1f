//! Files as they are given: what their heads show, and readers over what lies behind.

use std::io::{BufRead, Read};
use std::path::Path;

use crate::files::{self, StoredInput};
use crate::fit::log_error::LogError;

use super::event_records;
use super::json::{self, JsonObject};
use super::lines::{LONGEST, LogLines, skip_mark, unreadable};
use super::read_error::ReadError;
use super::{eval_archive, fault, foreign, listed, parquet_rows};

/// Filled lines at the head of a file that decide on its format.
const HEAD: usize = 60;
/// Bytes after which a head is long enough, if it has two lines.
const HEAD_BYTES: usize = 1 << 20;
/// Bytes by which a file that is no text is recognised.
const START: u64 = 1 << 10;

/// What the head of a file is.
#[derive(Debug)]
pub(super) enum FileShape {
    /// One JSON object, in whole.
    Document(JsonObject),
    /// A JSON array of objects, in whole.
    Array(Vec<JsonObject>),
    /// JSON objects, one a line; these are the first.
    Lines(Vec<JsonObject>),
    /// Rows of a Parquet file; these are the first.
    Rows(Vec<JsonObject>),
    /// Any other text.
    Text,
    /// No text.
    Binary,
    /// Nothing but blanks.
    Blank,
}

/// A file of a log. Its head is in memory; what is longer than that is read from where it lies, as often as needed.
#[derive(Debug)]
pub struct LogFile<'a> {
    pub(super) name: String,
    pub(super) shape: FileShape,
    /// Its first filled lines with their numbers.
    pub(super) head: Vec<(u64, String)>,
    /// It is JSON lines whose last line was not written to its end.
    pub(super) cut: bool,
    /// Blank files that were given beside it.
    blank_beside: Vec<String>,
    /// How its answers were found within one document.
    pub(super) within: Option<String>,
    input: StoredInput<'a>,
}

/// The files that hold something; where none does, the refusal of the first.
pub(super) fn filled<'a>(
    opened: impl Iterator<Item = Result<LogFile<'a>, LogError>>,
) -> Result<Vec<LogFile<'a>>, LogError> {
    let opened = opened.collect::<Result<Vec<_>, _>>()?;
    let (mut files, blank): (Vec<LogFile>, Vec<LogFile>) = opened.into_iter().partition(|file| !file.is_blank());
    match (files.first_mut(), blank.first()) {
        (Some(first), _) => first.blank_beside = blank.into_iter().map(|file| file.name).collect(),
        (None, Some(blank)) => return Err(blank.is_empty()),
        (None, None) => {}
    }
    Ok(files)
}

impl LogFile<'static> {
    /// The file or pipe at a path; `-` is standard input.
    ///
    /// # Errors
    /// [`LogError`] where it cannot be read, or is of a kind that holds no log.
    pub fn at(path: &Path) -> Result<Self, LogError> {
        Self::opened(path)?.not_blank()
    }

    /// As [`LogFile::at`], also one that is blank.
    pub(super) fn opened(path: &Path) -> Result<Self, LogError> {
        let name = path.display().to_string();
        let input = StoredInput::at(path).map_err(|error| unreadable(&name, &error))?;
        Self::read(&name, input)
    }
}

impl<'a> LogFile<'a> {
    /// A file of this name in messages.
    ///
    /// # Errors
    /// As [`LogFile::at`].
    pub fn new(name: &str, input: StoredInput<'a>) -> Result<Self, LogError> {
        Self::read(name, input)?.not_blank()
    }

    fn not_blank(self) -> Result<Self, LogError> {
        if self.is_blank() { Err(self.is_empty()) } else { Ok(self) }
    }

    fn is_blank(&self) -> bool {
        matches!(self.shape, FileShape::Blank)
    }

    /// The refusal of a blank file.
    fn is_empty(&self) -> LogError {
        fault(&self.name, None, None, "the file is empty").awaited()
    }

    /// What to say of blank files beside it.
    pub(super) fn left_out(&self) -> Option<String> {
        let names = self.blank_beside.iter().map(String::as_str);
        let verb = if self.blank_beside.len() == 1 { "is" } else { "are" };
        (!self.blank_beside.is_empty()).then(|| format!("{} {verb} empty and left out", listed(names)))
    }

    /// As [`LogFile::new`], also one that is blank.
    pub(super) fn read(name: &str, input: StoredInput<'a>) -> Result<Self, LogError> {
        let (shape, head, blank_beside) = (FileShape::Text, Vec::new(), Vec::new());
        let name = name.to_owned();
        let mut file = Self { name, shape, head, cut: false, blank_beside, within: None, input };
        let name = file.name.clone();
        let mut start = Vec::new();
        file.reader()?.take(START).read_to_end(&mut start).map_err(|error| unreadable(&name, &error))?;
        if let Some(reason) = foreign::refusal(&start) {
            return Err(fault(&name, None, None, reason));
        }
        if let Some(shape) = file.packed(&start)? {
            file.shape = shape;
            return Ok(file);
        }
        file.head = file.read_head(&start)?;
        file.shape = if file.head.is_empty() && !is_json(&start) { FileShape::Blank } else { file.read_shape(&start)? };
        file.cut = matches!(file.shape, FileShape::Lines(_)) && file.ends_within_a_line()?;
        Ok(file.opened_within())
    }

    /// The file as the user named it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes from the beginning on.
    ///
    /// # Errors
    /// [`LogError`] where it cannot be opened any more.
    pub fn reader(&self) -> Result<Box<dyn BufRead + '_>, LogError> {
        self.input.open().map_err(|error| unreadable(&self.name, &error))
    }

    /// Its text from the beginning on, without the mark of spreadsheets.
    pub(super) fn text(&self) -> Result<Box<dyn BufRead + '_>, LogError> {
        let mut reader = self.reader()?;
        skip_mark(&mut reader).map_err(|error| unreadable(&self.name, &error))?;
        Ok(reader)
    }

    /// Its lines, one at a time.
    pub(super) fn lines(&self) -> Result<LogLines<'_>, LogError> {
        LogLines::new(&self.name, self.reader()?)
    }

    /// Whether it is text with such a line; read as far as needed.
    pub(super) fn has_line(&self, is: impl Fn(&str) -> bool) -> bool {
        let found = || -> Result<bool, LogError> {
            let mut lines = self.lines()?;
            while let Some((_, text)) = lines.next_text()? {
                if is(&text) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        matches!(self.shape, FileShape::Text) && found().unwrap_or(false)
    }

    /// Whether the first objects hold others.
    pub(super) fn has_objects_within(&self) -> bool {
        let nested = |object: &JsonObject| object.values().any(serde_json::Value::is_object);
        match &self.shape {
            FileShape::Document(object) => nested(object),
            FileShape::Array(objects) | FileShape::Lines(objects) | FileShape::Rows(objects) => {
                objects.iter().any(nested)
            }
            FileShape::Text | FileShape::Binary | FileShape::Blank => false,
        }
    }

    /// Keys of the first objects: what the file shows of itself.
    pub(super) fn keys(&self) -> Vec<String> {
        match &self.shape {
            FileShape::Document(object) => object.keys().cloned().collect(),
            FileShape::Array(objects) | FileShape::Lines(objects) | FileShape::Rows(objects) => {
                let mut keys: Vec<String> = Vec::new();
                for key in objects.iter().take(HEAD).flat_map(|object| object.keys()) {
                    if !keys.contains(key) {
                        keys.push(key.clone());
                    }
                }
                keys
            }
            FileShape::Text | FileShape::Binary | FileShape::Blank => Vec::new(),
        }
    }

    /// The refusal of a file that no format recognises.
    pub(super) fn unknown(&self) -> LogError {
        let keys = self.keys();
        let json = self.head.first().is_none_or(|(_, line)| is_json(line.as_bytes()));
        let found = match (keys.is_empty(), json) {
            (true, true) => "JSON without a key".to_owned(),
            (true, false) if self.is_noise() => "no text".to_owned(),
            (true, false) => "plain text without a header of columns".to_owned(),
            (false, _) => format!("JSON with the keys {}", listed(keys.iter().map(String::as_str))),
        };
        let list = self.document().and_then(|document| {
            document.iter().find(|(_, value)| value.get(0).is_some_and(serde_json::Value::is_object))
        });
        if let Some((key, _)) = list {
            let reason = format!(
                "no known format: this is {found}. If `{key}` is a list of evaluations or answers, write it one a line: \
                 jq -c '.[\"{key}\"][]' FILE > FILE.jsonl"
            );
            return fault(&self.name, None, None, reason);
        }
        let reason = format!(
            "no known format: this is {found}. A log counts right and wrong answers, generation by generation (`generation`, \
             `evaluated`, `wrong`); measures of text such as perplexity are not modelled. Columns of your own are named \
             with --columns evaluated=total,right=correct"
        );
        fault(&self.name, None, None, reason)
    }

    /// Whether its first lines hold what no text does.
    fn is_noise(&self) -> bool {
        let odd = |c: char| c == '\u{fffd}' || c.is_control() && !matches!(c, '\t' | '\r' | '\u{1b}');
        self.head.iter().any(|(_, line)| line.contains(odd))
    }

    /// The single object of a document.
    pub(super) fn document(&self) -> Option<&JsonObject> {
        if let FileShape::Document(object) = &self.shape { Some(object) } else { None }
    }

    /// The first of the objects that stand in a line or an array.
    pub(super) fn first(&self) -> Option<&JsonObject> {
        match &self.shape {
            FileShape::Array(objects) | FileShape::Lines(objects) | FileShape::Rows(objects) => objects.first(),
            _ => None,
        }
    }

    /// Calls `each` with every object of a file of lines or of an array, and its line or place; only one line is held at a
    /// time.
    pub(super) fn each_object(
        &self,
        mut each: impl FnMut(u64, &JsonObject) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        match &self.shape {
            FileShape::Array(objects) => (1..).zip(objects).try_for_each(|(place, object)| each(place, object)),
            FileShape::Document(object) => each(1, object),
            FileShape::Rows(_) => self.each_row(each),
            FileShape::Lines(_) | FileShape::Text | FileShape::Binary | FileShape::Blank => self.each_line(each),
        }
    }

    fn each_row(&self, mut each: impl FnMut(u64, &JsonObject) -> Result<(), LogError>) -> Result<(), LogError> {
        let mut refusal = None;
        parquet_rows::each_row(&self.input, |place, row| {
            refusal = each(place, &row).err();
            refusal.is_none()
        })
        .map_err(|error| error.at(&self.name, None))?;
        refusal.map_or(Ok(()), Err)
    }

    fn each_line(&self, mut each: impl FnMut(u64, &JsonObject) -> Result<(), LogError>) -> Result<(), LogError> {
        let mut lines = self.lines()?;
        while let Some((line, text)) = lines.next_line()? {
            if text.trim().is_empty() {
                continue;
            }
            match json::object(text) {
                Ok(object) => each(line, &object)?,
                Err(_) if self.cut && lines.at_end()? => return Ok(()),
                Err(reason) => {
                    return Err(fault(&self.name, Some(line), None, reason.to_string().replace("line 1, ", "")));
                }
            }
        }
        Ok(())
    }

    /// Whether its last line has no end, so that it may be a part of one.
    pub(super) fn has_open_end(&self) -> Result<bool, LogError> {
        let end = self.input.tail(1).map_err(|error| unreadable(&self.name, &error))?;
        Ok(end != b"\n")
    }

    /// The shape of a file that is no text, recognised by its first bytes.
    fn packed(&self, start: &[u8]) -> Result<Option<FileShape>, LogError> {
        let complain = |error: ReadError| error.at(&self.name, None);
        Ok(match start {
            [b'P', b'K', 3 | 5, _, ..] => {
                Some(FileShape::Document(eval_archive::document(&self.input).map_err(complain)?))
            }
            [b'P', b'A', b'R', b'1', ..] => {
                let mut first = Vec::new();
                parquet_rows::each_row(&self.input, |_, row| {
                    first.push(row);
                    first.len() < HEAD
                })
                .map_err(complain)?;
                Some(FileShape::Rows(first))
            }
            _ => event_records::is_event_file(start).then_some(FileShape::Binary),
        })
    }

    fn read_head(&self, start: &[u8]) -> Result<Vec<(u64, String)>, LogError> {
        let (mut head, mut bytes) = (Vec::new(), 0);
        let mut lines = self.lines()?;
        while head.len() < HEAD && (head.len() < 2 || bytes < HEAD_BYTES) {
            match lines.next_text() {
                Ok(Some((_, text))) if text.trim().is_empty() => {}
                Ok(Some((line, text))) => {
                    bytes += text.len();
                    head.push((line, text));
                }
                Ok(None) => break,
                // A document may be one line, however long.
                Err(_) if head.is_empty() && is_json(start) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(head)
    }

    fn read_shape(&self, start: &[u8]) -> Result<FileShape, LogError> {
        let marks = marks(start);
        match marks.as_slice() {
            // Python prints its dictionaries so.
            [b'{', b'\'', ..] => Ok(FileShape::Text),
            [b'{', ..] => {
                let objects: Vec<JsonObject> =
                    self.head.iter().map_while(|(_, line)| json::object(line).ok()).collect();
                // Several objects in as many lines; a document may be one line as well.
                if !objects.is_empty() && self.head.len() > 1 {
                    return Ok(FileShape::Lines(objects));
                }
                self.parsed(json::object).map(FileShape::Document)
            }
            [b'[', b'{', b'"' | b'}', ..] => self.parsed(json::objects).map(FileShape::Array),
            _ => Ok(FileShape::Text),
        }
    }

    /// The whole text as JSON.
    fn parsed<T>(&self, parse: impl Fn(&str) -> Result<T, ReadError>) -> Result<T, LogError> {
        let bytes = self.input.whole(files::LOG).map_err(|error| unreadable(&self.name, &error))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
            let line = valid.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            fault(&self.name, Some(line), None, "this is not UTF-8 text")
        })?;
        parse(text).map_err(|error| error.at(&self.name, None))
    }

    /// Whether the last line has no end and is no JSON: its writer was interrupted, or is still at work.
    fn ends_within_a_line(&self) -> Result<bool, LogError> {
        const USUAL: u64 = 1 << 16;
        let tail = |bytes| self.input.tail(bytes).map_err(|error| unreadable(&self.name, &error));
        let mut end = tail(USUAL)?;
        if end.ends_with(b"\n") {
            return Ok(false);
        }
        if !end.contains(&b'\n') {
            end = tail(LONGEST)?;
        }
        let last = end.rsplit(|&byte| byte == b'\n').next().unwrap_or(&end);
        Ok(std::str::from_utf8(last).map_or(true, |text| !text.trim().is_empty() && json::object(text).is_err()))
    }
}

fn is_json(start: &[u8]) -> bool {
    marks(start).first().is_some_and(|mark| matches!(mark, b'{' | b'['))
}

/// The first three bytes that are not blank.
fn marks(start: &[u8]) -> Vec<u8> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(3).collect()
}

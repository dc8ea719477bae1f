//! Text read line by line, so that a file may be longer than the memory.

use std::io::{BufRead, Read};

use super::fault;
use crate::fit::log_error::LogError;

/// Longest line, in bytes: what a line holds is parsed in whole.
pub(super) const LONGEST: u64 = 32 << 20;

/// The lines of a file.
pub(super) struct LogLines<'a> {
    file: &'a str,
    reader: Box<dyn BufRead + 'a>,
    buffer: Vec<u8>,
    number: u64,
}

impl<'a> LogLines<'a> {
    /// The lines of `reader`, which stands at the beginning of the file of this name.
    pub fn new(file: &'a str, mut reader: Box<dyn BufRead + 'a>) -> Result<Self, LogError> {
        skip_mark(&mut reader).map_err(|error| unreadable(file, &error))?;
        Ok(Self { file, reader, buffer: Vec::new(), number: 0 })
    }

    /// The next line with its number from 1, without its end; U+FFFD stands for bytes that are not UTF-8.
    pub fn next_text(&mut self) -> Result<Option<(u64, String)>, LogError> {
        Ok(if self.advance()? { Some((self.number, String::from_utf8_lossy(self.line()).into_owned())) } else { None })
    }

    /// The next line without its end, and its number from 1.
    pub fn next_line(&mut self) -> Result<Option<(u64, &str)>, LogError> {
        if !self.advance()? {
            return Ok(None);
        }
        match std::str::from_utf8(self.line()) {
            Ok(text) => Ok(Some((self.number, text))),
            Err(_) => Err(fault(self.file, Some(self.number), None, "this is not UTF-8 text")),
        }
    }

    /// Whether no line is left.
    pub fn at_end(&mut self) -> Result<bool, LogError> {
        let left = self.reader.fill_buf().map_err(|error| unreadable(self.file, &error))?;
        Ok(left.is_empty())
    }

    /// Reads a line into the buffer; `false` at the end of the file.
    fn advance(&mut self) -> Result<bool, LogError> {
        self.buffer.clear();
        let read = self.reader.by_ref().take(LONGEST + 1).read_until(b'\n', &mut self.buffer);
        if read.map_err(|error| unreadable(self.file, &error))? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.buffer.len() as u64 > LONGEST {
            let reason = format!("this line is longer than {} MiB", LONGEST >> 20);
            return Err(fault(self.file, Some(self.number), None, reason));
        }
        Ok(true)
    }

    fn line(&self) -> &[u8] {
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

/// Passes over the byte order mark that spreadsheets put in front.
pub(super) fn skip_mark(reader: &mut dyn BufRead) -> std::io::Result<()> {
    if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok(())
}

/// A file that cannot be read.
pub(super) fn unreadable(file: &str, error: &dyn std::fmt::Display) -> LogError {
    fault(file, None, None, format!("cannot read this file: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Result<Vec<(u64, String)>, LogError> {
        let mut lines = LogLines::new("log", Box::new(bytes))?;
        let mut all = Vec::new();
        while let Some((number, text)) = lines.next_line()? {
            all.push((number, text.to_owned()));
        }
        Ok(all)
    }

    #[test]
    fn ends_of_all_systems_and_a_mark() {
        let expected = [(1, "a".to_owned()), (2, String::new()), (3, "b".to_owned())];
        assert_eq!(lines(b"a\n\nb\n").unwrap(), expected);
        assert_eq!(lines(b"\xef\xbb\xbfa\r\n\r\nb").unwrap(), expected);
        assert_eq!(lines(b"").unwrap(), []);
    }

    #[test]
    fn long_lines_and_other_bytes_are_named() {
        let mut long = b"short\n".to_vec();
        long.resize(6 + LONGEST as usize, b'x');
        assert_eq!(lines(&long).unwrap().len(), 2);
        long.push(b'x');
        assert_eq!(lines(&long).unwrap_err().to_string(), "log:2: this line is longer than 32 MiB");
        assert_eq!(lines(b"a\n\xff\n").unwrap_err().to_string(), "log:2: this is not UTF-8 text");
        let mut lossy = LogLines::new("log", Box::new(&b"a\xff\n"[..])).unwrap();
        assert_eq!(lossy.next_text().unwrap(), Some((1, "a\u{fffd}".to_owned())));
    }
}

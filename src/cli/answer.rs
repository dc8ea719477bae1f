//! What a command answers, for people: on a terminal, as CSV or as Markdown.

use std::io::{self, Write};

use serde::Serialize;

use crate::table::Table;

use super::{standard_error, width};

/// What a command answers.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    /// The finding, which comes first.
    pub finding: Vec<String>,
    pub tables: Vec<Table>,
    /// What else is to say.
    pub remarks: Vec<String>,
    /// What to know before using the numbers.
    pub notes: Vec<String>,
    /// What was written where; for people only.
    pub written: Vec<String>,
}

impl Answer {
    /// How many files were written to a folder.
    pub(super) fn wrote(&mut self, files: Option<usize>, folder: Option<&std::path::Path>) {
        let wrote = files.zip(folder).map(|(files, folder)| format!("wrote {files} files to {}", folder.display()));
        self.written.extend(wrote);
    }

    /// The same about one of two subjects.
    pub(super) fn about(mut self, subject: &str) -> Self {
        let titles = self.tables.iter_mut().map(|table| &mut table.title);
        for text in self.finding.iter_mut().chain(titles).chain(&mut self.remarks).chain(&mut self.notes) {
            text.insert_str(0, &format!("{subject}: "));
        }
        self
    }

    /// This answer, then the other.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.finding.extend(other.finding);
        self.tables.extend(other.tables);
        self.remarks.extend(other.remarks);
        self.notes.extend(other.notes);
        self.written.extend(other.written);
        self
    }

    /// Prints it in this number of columns of text, or as wide as it is.
    pub(super) fn write_for_people(self, out: &mut dyn Write, room: Option<usize>) -> io::Result<()> {
        let said = |text: &str, out: &mut dyn Write| writeln!(out, "{}", width::wrapped(text, room));
        let lines = |lines: &[String], out: &mut dyn Write| lines.iter().try_for_each(|line| said(line, out));
        lines(&self.finding, out)?;
        let mut left_out = Vec::new();
        for table in self.tables {
            let (sheet, lost) = width::fit(table.columns, room);
            writeln!(out, "\n{}\n{sheet}", table.title)?;
            lines(&table.notes, out)?;
            left_out.extend(lost);
        }
        if !self.remarks.is_empty() {
            writeln!(out)?;
            lines(&self.remarks, out)?;
        }
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            said(
                &format!("note: columns left out for want of room: {names}; `--format csv` and `--json` have them"),
                out,
            )?;
        }
        self.notes.iter().try_for_each(|note| said(&format!("note: {note}"), out))?;
        lines(&self.written, out)
    }

    /// Its tables alone; without any, the finding is a note.
    pub(super) fn write_csv(self, out: &mut dyn Write) -> io::Result<()> {
        let several = self.tables.len() > 1;
        for (index, table) in self.tables.iter().enumerate() {
            if several {
                let blank = if index > 0 { "\n" } else { "" };
                writeln!(out, "{blank}# {}", table.title)?;
            }
            out.write_all(table.to_csv().as_bytes())?;
        }
        if self.tables.is_empty() {
            self.finding.iter().try_for_each(|line| standard_error::note(line))
        } else {
            Ok(())
        }
    }

    /// All of it as Markdown.
    pub(super) fn write_markdown(self, out: &mut dyn Write) -> io::Result<()> {
        let mut parts = self.finding;
        for table in self.tables {
            parts.extend([format!("## {}", table.title), table.to_markdown().trim_end().to_owned()]);
            parts.extend(table.notes);
        }
        parts.extend(self.remarks);
        parts.extend(self.notes.iter().map(|note| format!("Note: {note}")));
        writeln!(out, "{}", parts.join("\n\n"))
    }
}

//! The grid as a file or a stream: CSV, one JSON document, or Parquet.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::cli::document::ResultDocument;
use crate::cli::outcome::UsageError;
use crate::files;
use crate::provenance::Provenance;
use crate::sweep::{CellColumns, FinishedPart, PartHeader, SweepAxis, SweepCell, SweepPlan};

use super::parquet::write_parquet;

/// How a grid is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridFormat {
    Csv,
    Json,
    Parquet,
}

impl GridFormat {
    /// By the name of the file.
    pub(super) fn of(file: &Path) -> Result<Self, UsageError> {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "parquet" => Ok(Self::Parquet),
            _ => {
                let name = file.display();
                Err(UsageError(format!("-o {name}: a grid is written as .csv, .json or .parquet; name the file so")))
            }
        }
    }
}

/// What the JSON document says before the cells.
#[derive(Serialize, schemars::JsonSchema)]
struct GridHead<'a> {
    axes: &'a [SweepAxis],
    quantiles: bool,
}

/// The whole document: it is written piece by piece, and never held.
#[derive(Serialize, schemars::JsonSchema)]
pub struct GridDocument<'a> {
    #[serde(flatten)]
    head: GridHead<'a>,
    cells: Vec<SweepCell>,
}

/// Writes cells one after another.
pub struct GridWriter<'a> {
    out: &'a mut dyn Write,
    format: GridFormat,
    columns: CellColumns,
    cells: u64,
}

impl<'a> GridWriter<'a> {
    /// Writes what stands before the cells of a sweep, as CSV or as JSON.
    pub fn new(out: &'a mut dyn Write, format: GridFormat, header: &PartHeader) -> anyhow::Result<Self> {
        let columns = header.columns();
        match header.plan().filter(|_| format == GridFormat::Json) {
            Some(plan) => out.write_all(head(&plan, header)?.trim_end().trim_end_matches('}').trim_end().as_bytes())?,
            None => out.write_all(columns.head().as_bytes())?,
        }
        if format == GridFormat::Json {
            out.write_all(b",\n  \"cells\": [")?;
        }
        Ok(Self { out, format, columns, cells: 0 })
    }

    pub fn cell(&mut self, cell: &SweepCell) -> anyhow::Result<()> {
        if self.format == GridFormat::Json {
            let comma = if self.cells > 0 { "," } else { "" };
            write!(self.out, "{comma}\n    {}", serde_json::to_string(cell)?)?;
        } else {
            self.out.write_all(self.columns.line(cell).as_bytes())?;
        }
        self.cells += 1;
        Ok(())
    }

    pub fn finish(self) -> anyhow::Result<()> {
        if self.format == GridFormat::Json {
            self.out.write_all(b"\n  ]\n}\n")?;
        }
        Ok(())
    }
}

fn head(plan: &SweepPlan, header: &PartHeader) -> anyhow::Result<String> {
    let provenance = Provenance::new(&plan.scenario, header.command.clone());
    let head = GridHead { axes: plan.grid.axes(), quantiles: plan.quantiles };
    Ok(String::from_utf8(ResultDocument::new(&plan.scenario, &provenance, head).to_bytes()?)?)
}

/// Writes all cells of some parts to a file, whole or not at all, and hands each over.
pub(super) fn write_grid(
    file: &Path,
    format: GridFormat,
    header: &PartHeader,
    parts: &[FinishedPart],
    take: &mut dyn FnMut(SweepCell),
) -> anyhow::Result<()> {
    files::write_streamed(file, |out| {
        if format == GridFormat::Parquet {
            return write_parquet(out, header, parts, take);
        }
        let mut writer = GridWriter::new(out, format, header)?;
        for part in parts {
            part.read(|cell| -> anyhow::Result<()> {
                writer.cell(&cell)?;
                take(cell);
                Ok(())
            })?;
        }
        writer.finish()
    })
}

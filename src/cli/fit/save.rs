//! `runaway fit --save`.

use std::path::Path;

use crate::files;
use crate::fit::{Fitted, SaveError};
use crate::scenario::legal_name;

/// Writes the fitted loop as a scenario called after its file, and says so; nothing where the sampler has not settled.
pub(super) fn write(fitted: &Fitted<'_>, file: &Path) -> anyhow::Result<Vec<String>> {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let name = legal_name(stem).unwrap_or_else(|_| "fitted".to_owned());
    match fitted.scenario_text(&name) {
        Ok(text) => {
            files::write_atomic(file, text.as_bytes())?;
            let shown = file.display();
            Ok(vec![format!("wrote {shown}: `runaway compare DESIGNS --fit {shown}` says what a design would buy")])
        }
        // The answer says it, and the exit code.
        Err(SaveError::Unsettled) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

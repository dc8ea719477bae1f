//! Refusals as the exceptions of the package.

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use runaway::cli::call::{CallRefusal, RefusalKind};

/// The exception for a refusal: its class in `runaway.errors`, with its message, key, remedy and exit code.
pub fn exception(py: Python<'_>, refusal: &CallRefusal) -> PyErr {
    let class = match refusal.kind {
        RefusalKind::Scenario => "ScenarioError",
        RefusalKind::Log => "LogError",
        RefusalKind::Usage => "UsageError",
        RefusalKind::Failure => "WorkError",
        RefusalKind::Stopped => return PyKeyboardInterrupt::new_err(()),
    };
    let made = || {
        let arguments = (&refusal.message, &refusal.key, &refusal.remedy, refusal.code);
        py.import("runaway.errors")?.getattr(class)?.call1(arguments)
    };
    made().map_or_else(|error| error, PyErr::from_value)
}

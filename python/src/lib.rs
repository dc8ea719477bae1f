//! `runaway._native`: the library for Python. What users see is written in Python on top of it.

mod command;
mod errors;
mod figures;
mod scenario;
mod sweep;
mod work;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line with these words, the program's name first, and returns its exit code.
#[pyfunction]
fn run_command(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.detach(|| runaway::cli::main_of(words))
}

/// The compiled part of the package.
#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<scenario::Scenario>()?;
    module.add_class::<scenario::Solved>()?;
    module.add_class::<sweep::Sweep>()?;
    module.add_function(wrap_pyfunction!(run_command, module)?)?;
    module.add_function(wrap_pyfunction!(command::call, module)?)?;
    module.add_function(wrap_pyfunction!(command::fit, module)?)?;
    module.add_function(wrap_pyfunction!(figures::figures, module)?)?;
    module.add_function(wrap_pyfunction!(scenario::toml_of_json, module)?)
}

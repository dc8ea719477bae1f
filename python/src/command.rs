//! Commands and fits.

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use runaway::cli::call::{self as program, ToldAnswer};
use runaway::files::GivenInput;

use crate::work;

/// Inputs in memory as Python gives them: by name.
pub fn given(inputs: Vec<(PathBuf, Vec<u8>)>) -> Vec<GivenInput> {
    inputs.into_iter().map(|(name, bytes)| (name, bytes.into())).collect()
}

/// What a command answers: `(text, parts)`, the parts as JSON.
type Told<'py> = Option<(String, Bound<'py, PyBytes>)>;

pub fn told(py: Python<'_>, answer: Option<ToldAnswer>) -> Told<'_> {
    answer.map(|answer| (answer.text, PyBytes::new(py, &answer.parts)))
}

/// Calls a command: `(exit code, standard output, answer)`.
#[pyfunction]
#[pyo3(signature = (words, *, inputs = vec![], threads = 0, progress = None))]
pub fn call<'py>(
    py: Python<'py>,
    words: Vec<OsString>,
    inputs: Vec<(PathBuf, Vec<u8>)>,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<(u8, Bound<'py, PyBytes>, Told<'py>)> {
    let called =
        work::done(py, threads, given(inputs), progress.as_ref(), move |context| program::call(&words, context))?;
    Ok((called.code, PyBytes::new(py, &called.output), told(py, called.told)))
}

/// Fits a log: a dictionary of what `CalledFit` holds.
#[pyfunction]
#[pyo3(signature = (words, *, inputs = vec![], threads = 0, progress = None))]
pub fn fit<'py>(
    py: Python<'py>,
    words: Vec<OsString>,
    inputs: Vec<(PathBuf, Vec<u8>)>,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let made = work::done(py, threads, given(inputs), progress.as_ref(), move |context| program::fit(&words, context))?;
    let fit = PyDict::new(py);
    fit.set_item("code", made.code)?;
    fit.set_item("document", PyBytes::new(py, &made.document))?;
    fit.set_item("told", told(py, Some(made.told)))?;
    fit.set_item("run", PyBytes::new(py, &made.run))?;
    fit.set_item("chains", made.draws.chains)?;
    fit.set_item("draws", made.draws.draws)?;
    let parameters = PyDict::new(py);
    for (key, values) in made.draws.parameters {
        let bytes: Vec<u8> = values.into_iter().flat_map(f64::to_ne_bytes).collect();
        parameters.set_item(key, PyBytes::new(py, &bytes))?;
    }
    fit.set_item("parameters", parameters)?;
    let (scenario, reason) = match made.scenario {
        Ok(text) => (Some(text), None),
        Err(reason) => (None, Some(reason)),
    };
    fit.set_item("scenario", scenario)?;
    fit.set_item("no_scenario", reason)?;
    Ok(fit)
}

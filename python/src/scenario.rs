//! Scenarios, and their solutions.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use runaway::cli::call::{self, GivenLoop, SolvedCall};

use crate::command::told;
use crate::errors::exception;
use crate::work;

/// A loop as it was read.
#[pyclass(frozen, module = "runaway._native")]
pub struct Scenario(pub Arc<GivenLoop>);

#[pymethods]
impl Scenario {
    /// Reads a file, or the text that stands for it.
    #[new]
    #[pyo3(signature = (name, text = None, overrides = vec![], design = None))]
    fn new(
        py: Python<'_>,
        name: PathBuf,
        text: Option<&[u8]>,
        overrides: Vec<String>,
        design: Option<String>,
    ) -> PyResult<Self> {
        let text = text.map(<[u8]>::to_vec);
        let read = py.detach(|| GivenLoop::read(name, text, overrides, design));
        Ok(Self(Arc::new(read.map_err(|refusal| exception(py, &refusal))?)))
    }

    /// The name of its file.
    #[getter]
    fn name(&self) -> OsString {
        self.0.name().clone().into_os_string()
    }

    /// The text of its file.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.text())
    }

    /// What was overridden, as KEY=VALUE.
    #[getter]
    fn overrides(&self) -> Vec<String> {
        self.0.overrides().to_vec()
    }

    /// The design of the file that is meant.
    #[getter]
    fn design(&self) -> Option<String> {
        self.0.design().map(str::to_owned)
    }

    /// The designs of the file.
    #[getter]
    fn designs(&self) -> Vec<String> {
        self.0.designs().into_iter().map(str::to_owned).collect()
    }

    /// The words that a command takes for it.
    fn words(&self) -> Vec<OsString> {
        self.0.words()
    }

    /// The loop with every key, as TOML.
    fn to_toml(&self) -> String {
        self.0.scenario().to_toml()
    }

    /// The loop with every key, as JSON.
    fn to_json(&self) -> PyResult<String> {
        self.0.json().map_err(|refusal| Python::attach(|py| exception(py, &refusal)))
    }

    /// Solves it.
    #[pyo3(signature = (*, allow_long = false, threads = 0, progress = None))]
    fn solve(&self, py: Python<'_>, allow_long: bool, threads: usize, progress: Option<Py<PyAny>>) -> PyResult<Solved> {
        let given = Arc::clone(&self.0);
        let solved =
            work::done(py, threads, Vec::new(), progress.as_ref(), move |context| given.solve(allow_long, context))?;
        Ok(Solved(Arc::new(solved)))
    }
}

/// What was solved, before anything of it is written.
#[pyclass(frozen, module = "runaway._native")]
pub struct Solved(Arc<SolvedCall>);

#[pymethods]
impl Solved {
    /// The document, as `solve --json` prints it.
    fn document<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let document = py.detach(|| self.0.document()).map_err(|refusal| exception(py, &refusal))?;
        Ok(PyBytes::new(py, &document))
    }

    /// The answer in words: `(text, parts)`.
    #[pyo3(signature = (*, curve = false))]
    fn told<'py>(&self, py: Python<'py>, curve: bool) -> PyResult<(String, Bound<'py, PyBytes>)> {
        let solved = Arc::clone(&self.0);
        let answer = work::done(py, 0, Vec::new(), None, move |_| solved.told(curve))?;
        told(py, Some(answer)).ok_or_else(|| pyo3::exceptions::PyRuntimeError::new_err("no answer"))
    }
}

/// The text of a scenario file that is given as a JSON object.
#[pyfunction]
pub fn toml_of_json(py: Python<'_>, json: &str) -> PyResult<String> {
    call::toml_of_json(json).map_err(|refusal| exception(py, &refusal))
}

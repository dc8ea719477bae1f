//! A grid of loops, in parts of any size.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use runaway::cli::call::CalledSweep;
use runaway::scenario::KeyNumber;
use runaway::sweep::SweepAxis;

use crate::errors::exception;
use crate::figures::{FigureParts, parts};
use crate::scenario::Scenario;
use crate::work;

/// A loop over a grid of its keys.
#[pyclass(frozen, module = "runaway._native")]
pub struct Sweep(Arc<CalledSweep>);

#[pymethods]
impl Sweep {
    /// Reads the axes, each `KEY=VALUES`.
    #[new]
    #[pyo3(signature = (scenario, over, quantiles = false))]
    fn new(py: Python<'_>, scenario: &Scenario, over: Vec<String>, quantiles: bool) -> PyResult<Self> {
        let sweep = CalledSweep::new(&scenario.0, &over, quantiles).map_err(|refusal| exception(py, &refusal))?;
        Ok(Self(Arc::new(sweep)))
    }

    /// Number of cells.
    #[getter]
    fn cells(&self) -> u64 {
        self.0.cells()
    }

    /// The first line of the table, with its line end.
    #[getter]
    fn head(&self) -> String {
        self.0.head()
    }

    /// The first two lines of a part with all cells.
    #[getter]
    fn part_head(&self) -> String {
        self.0.part_head()
    }

    /// Estimated seconds of one processor for a cell.
    #[getter]
    fn seconds_per_cell(&self) -> f64 {
        self.0.seconds_per_cell()
    }

    /// The keys and their values, in the order of the grid.
    #[getter]
    fn axes<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Vec<Bound<'py, PyAny>>)>> {
        let number = |value: &KeyNumber| match *value {
            KeyNumber::Whole(whole) => whole.into_bound_py_any(py),
            KeyNumber::Real(real) => real.into_bound_py_any(py),
        };
        let axis = |axis: &SweepAxis| Ok((axis.key.clone(), axis.values.iter().map(number).collect::<PyResult<_>>()?));
        self.0.axes().iter().map(axis).collect()
    }

    /// The document that `sweep --json` prints, from a table of all cells.
    fn document<'py>(&self, py: Python<'py>, table: String) -> PyResult<Bound<'py, PyBytes>> {
        let sweep = Arc::clone(&self.0);
        let document = work::done(py, 0, Vec::new(), None, move |_| sweep.document(&table))?;
        Ok(PyBytes::new(py, &document))
    }

    /// What `sweep` prints, from a table of all cells: `(text, parts)`.
    fn told<'py>(&self, py: Python<'py>, table: String) -> PyResult<(String, Bound<'py, PyBytes>)> {
        let sweep = Arc::clone(&self.0);
        let answer = work::done(py, 0, Vec::new(), None, move |_| sweep.told(&table))?;
        Ok((answer.text, PyBytes::new(py, &answer.parts)))
    }

    /// The figures, from a table of all cells: `(name, title, caption, svg)` each.
    fn figures(&self, py: Python<'_>, table: String) -> PyResult<Vec<FigureParts>> {
        let sweep = Arc::clone(&self.0);
        Ok(parts(work::done(py, 0, Vec::new(), None, move |_| sweep.figures(&table))?))
    }

    /// Refuses the first of `count` cells from `first` on that is no scenario.
    #[pyo3(signature = (first, count, *, threads = 0))]
    fn check(&self, py: Python<'_>, first: u64, count: u64, threads: usize) -> PyResult<()> {
        let sweep = Arc::clone(&self.0);
        work::done(py, threads, Vec::new(), None, move |context| sweep.check(first, count, context))
    }

    /// The lines of `count` cells from `first` on, as the program writes them.
    #[pyo3(signature = (first, count, *, threads = 0))]
    fn rows(&self, py: Python<'_>, first: u64, count: u64, threads: usize) -> PyResult<String> {
        let sweep = Arc::clone(&self.0);
        work::done(py, threads, Vec::new(), None, move |context| sweep.rows(first, count, context))
    }
}

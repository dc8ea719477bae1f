//! Work without the interpreter's lock: on threads of its own, watched for signals, and stopped by them.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use runaway::cli::call::{CallContext, CallRefusal, WorkWatch};
use runaway::files::GivenInput;

use crate::errors::exception;

/// Between two looks at signals and progress.
const LOOK: Duration = Duration::from_millis(50);

/// What work has done so far, and whether it is still wanted.
#[derive(Default)]
struct WorkState {
    unwanted: AtomicBool,
    done: AtomicU64,
    all: AtomicU64,
    message: Mutex<String>,
}

impl WorkState {
    /// Notes what is done; the work ends here where nobody wants it any more.
    fn heard(&self, message: &str, done: u64, all: u64) -> ControlFlow<()> {
        if self.unwanted.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        self.done.store(done, Ordering::Relaxed);
        self.all.store(all, Ordering::Relaxed);
        let mut kept = self.message.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept != message {
            message.clone_into(&mut kept);
        }
        ControlFlow::Continue(())
    }

    /// Tells a Python function `(message, done, all)` what is done.
    fn tell(&self, py: Python<'_>, progress: &Py<PyAny>) -> PyResult<()> {
        let message = self.message.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (done, all) = (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed));
        if !message.is_empty() {
            progress.call1(py, (message, done, all))?;
        }
        Ok(())
    }
}

/// Does work on `threads` threads (0: one for each core) that end with it, so that nothing is left behind for a fork to break.
/// `progress` hears of it. An interrupt, or an exception of `progress`, ends the wait at once, and the work at its next part.
pub fn done<T: Send + 'static>(
    py: Python<'_>,
    threads: usize,
    inputs: Vec<GivenInput>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(CallContext) -> Result<T, CallRefusal> + Send + 'static,
) -> PyResult<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| PyRuntimeError::new_err(format!("cannot start threads: {error}")))?;
    let state = Arc::new(WorkState::default());
    let heard = Arc::clone(&state);
    let watch: WorkWatch = Arc::new(move |message, done, all| heard.heard(message, done, all));
    let (sender, mut receiver) = mpsc::sync_channel(1);
    pool.spawn(move || {
        // Where nobody waits any more, the outcome is dropped.
        let _ = sender.send(work(CallContext { inputs, watch: Some(watch) }));
    });
    let mut first = true;
    loop {
        let receiver = &mut receiver;
        let received = py.detach(move || receiver.recv_timeout(LOOK));
        match received {
            Ok(outcome) => {
                if let Some(progress) = progress {
                    state.tell(py, progress)?;
                }
                return outcome.map_err(|refusal| exception(py, &refusal));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the work ended without an outcome"));
            }
            Err(RecvTimeoutError::Timeout) => {
                let told = progress.filter(|_| !std::mem::take(&mut first)).map_or(Ok(()), |hook| state.tell(py, hook));
                if let Err(error) = py.check_signals().and(told) {
                    state.unwanted.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    }
}

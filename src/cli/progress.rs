//! Progress: bars on standard error, and only on a terminal; a calling program watches for itself.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::fit::Progress;

use super::caller::{self, StoppedByCaller, WorkWatch};
use super::standard_error;

/// Work that is done part by part.
pub struct WorkBar {
    shown: ProgressBar,
    message: &'static str,
    done: AtomicU64,
    length: AtomicU64,
    watch: Option<WorkWatch>,
}

impl WorkBar {
    /// This number of parts more are done. Where the caller has had enough, the work ends here.
    pub fn inc(&self, more: u64) {
        self.shown.inc(more);
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        if let Some(watch) = &self.watch
            && watch(self.message, done, self.length.load(Ordering::Relaxed)).is_break()
        {
            // Through the library, which knows of no callers, to the call; no message is printed on the way.
            resume_unwind(Box::new(StoppedByCaller));
        }
    }

    /// Parts in all.
    pub fn set_length(&self, length: u64) {
        self.shown.set_length(length);
        self.length.store(length, Ordering::Relaxed);
    }

    /// All is done.
    pub fn finish_and_clear(&self) {
        self.shown.finish_and_clear();
    }
}

/// A bar over `length` parts of this name.
pub fn bar(length: u64, message: &'static str, parts: &str) -> anyhow::Result<WorkBar> {
    let bar = unmeasured(message, parts)?;
    bar.set_length(length);
    Ok(bar)
}

/// Does the work under a bar over its parts of this name.
pub fn watched<T>(message: &'static str, parts: &str, work: impl FnOnce(Progress<'_>) -> T) -> anyhow::Result<T> {
    let bar = unmeasured(message, parts)?;
    let done = work(&|more, all| {
        bar.set_length(all);
        bar.inc(more);
    });
    bar.finish_and_clear();
    Ok(done)
}

/// A bar that shows once it is given a length.
fn unmeasured(message: &'static str, parts: &str) -> anyhow::Result<WorkBar> {
    let style = ProgressStyle::with_template(&format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} {parts}, {{eta}} left"))?;
    let shown = ProgressBar::with_draw_target(None, standard_error::progress()).with_style(style).with_message(message);
    let (done, length) = (AtomicU64::new(0), AtomicU64::new(0));
    Ok(WorkBar { shown, message, done, length, watch: caller::watch() })
}

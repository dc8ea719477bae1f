//! Progress bars. They go to standard error, and only to a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::fit::Progress;

use super::standard_error;

/// A bar over `length` parts of this name.
pub fn bar(length: u64, message: &'static str, parts: &str) -> anyhow::Result<ProgressBar> {
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
fn unmeasured(message: &'static str, parts: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template(&format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} {parts}, {{eta}} left"))?;
    let bar = ProgressBar::with_draw_target(None, standard_error::progress());
    Ok(bar.with_style(style).with_message(message))
}

//! On whose behalf a thread works: a program that calls a command watches it, and hears in words what it answers.

use std::any::Any;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::files::{GivenInput, with_given};

use super::answer::Answer;

/// Hears what is done, how many parts of it and of how many; says whether to go on. It is called by any thread.
pub type WorkWatch = Arc<dyn Fn(&str, u64, u64) -> ControlFlow<()> + Send + Sync>;

/// What unwinds the work that a caller stops.
pub(super) struct StoppedByCaller;

/// How work ends without an outcome.
pub(super) enum BrokenCall {
    /// The caller had enough.
    Stopped,
    /// A fault of the program, with its message.
    Panicked(String),
}

#[derive(Default)]
struct CallState {
    watch: Option<WorkWatch>,
    /// What the command answers, once it does.
    told: Option<Answer>,
}

thread_local! {
    static CALL: RefCell<Option<CallState>> = const { RefCell::new(None) };
}

/// Work that is called: its inputs, and who watches.
#[derive(Clone, Default)]
pub struct CallContext {
    /// Inputs in memory, by name.
    pub inputs: Vec<GivenInput>,
    /// Who watches, if anyone does.
    pub watch: Option<WorkWatch>,
}

impl CallContext {
    /// Does the work, and says what it answered in words.
    pub(super) fn run<T>(self, work: impl FnOnce() -> T) -> Result<(T, Option<Answer>), BrokenCall> {
        let before = CALL.replace(Some(CallState { watch: self.watch, told: None }));
        // What a stopped call was at is dropped with it.
        let done = catch_unwind(AssertUnwindSafe(|| with_given(self.inputs, work)));
        let told = CALL.replace(before).and_then(|state| state.told);
        done.map(|done| (done, told)).map_err(|payload| BrokenCall::of(payload.as_ref()))
    }
}

impl BrokenCall {
    fn of(payload: &(dyn Any + Send)) -> Self {
        if payload.is::<StoppedByCaller>() {
            return Self::Stopped;
        }
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self::Panicked(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}

/// Who watches the work of this thread.
pub(super) fn watch() -> Option<WorkWatch> {
    CALL.with_borrow(|call| call.as_ref().and_then(|state| state.watch.clone()))
}

/// Tells the caller what the command answers, where there is one.
pub(super) fn tell(answer: impl FnOnce() -> Answer) {
    if CALL.with_borrow(Option::is_some) {
        let told = answer();
        CALL.with_borrow_mut(|call| {
            if let Some(state) = call {
                state.told = Some(told);
            }
        });
    }
}

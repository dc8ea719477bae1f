//! Interrupts that wait for a few renames.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::given::is_called;

/// Does `work`; an interrupt that comes meanwhile takes effect after it. A calling program handles its signals itself.
pub(super) fn held_back<T>(work: impl FnOnce() -> T) -> T {
    if is_called() {
        return work();
    }
    let waiting: Vec<(i32, Arc<AtomicBool>)> = [SIGINT, SIGTERM]
        .into_iter()
        .filter_map(|signal| {
            let came = Arc::new(AtomicBool::new(false));
            // A signal that cannot be held back keeps its effect: nothing is lost but the holding back.
            flag::register(signal, Arc::clone(&came)).ok().map(|_| (signal, came))
        })
        .collect();
    let done = work();
    for (signal, came) in waiting {
        if came.load(Ordering::SeqCst) {
            let _ = low_level::emulate_default_handler(signal);
        }
        // From here on the signal acts as it did before.
        let _ = flag::register_conditional_default(signal, Arc::new(AtomicBool::new(true)));
    }
    done
}

//! Inputs that a calling program has in memory: read under their names in place of files.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An input in memory, under the name by which it is asked for; `-` stands for standard input.
pub type GivenInput = (PathBuf, Arc<[u8]>);

thread_local! {
    /// What the work of this thread is given; nothing where the program runs by itself.
    static GIVEN: RefCell<Option<Vec<GivenInput>>> = const { RefCell::new(None) };
}

/// Takes the inputs away again, however the work ends.
struct Withdrawal(Option<Vec<GivenInput>>);

impl Drop for Withdrawal {
    fn drop(&mut self) {
        GIVEN.set(self.0.take());
    }
}

/// Does work on behalf of another program: this thread reads these inputs in place of files, and signals are left to that
/// program.
pub fn with_given<T>(inputs: Vec<GivenInput>, work: impl FnOnce() -> T) -> T {
    let _before = Withdrawal(GIVEN.replace(Some(inputs)));
    work()
}

/// The input of this name, where one was given.
pub(super) fn given(path: &Path) -> Option<Arc<[u8]>> {
    GIVEN.with_borrow(|given| given.iter().flatten().find(|(name, _)| name == path).map(|(_, bytes)| Arc::clone(bytes)))
}

/// Whether this thread works on behalf of another program.
pub(super) fn is_called() -> bool {
    GIVEN.with_borrow(Option::is_some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_read_by_its_name_and_only_during_the_work() {
        let name = Path::new("nowhere/loop.toml");
        let inputs = vec![(name.to_owned(), Arc::from(&b"name"[..]))];
        with_given(inputs, || {
            assert!(is_called());
            assert_eq!(crate::files::read(name, crate::files::SCENARIO).unwrap(), b"name");
            // Within, nothing of what was given outside is seen.
            with_given(Vec::new(), || assert!(given(name).is_none()));
            assert!(given(name).is_some() && given(Path::new("other")).is_none());
        });
        assert!(!is_called() && given(name).is_none());
    }
}

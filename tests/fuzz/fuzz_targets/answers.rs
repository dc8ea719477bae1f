//! Samples as `measure` reads them: whatever the bytes, answers or one refusal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use runaway::files::StoredInput;
use runaway::fit::{AnswerSet, LogFile, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let read = LogFile::new("samples", StoredInput::Memory(bytes.into()))
        .and_then(|file| AnswerSet::of(&[file], &ReadOptions::default()));
    if let Err(error) = read {
        assert!(error.to_string().chars().count() < 800, "{error}");
    }
});

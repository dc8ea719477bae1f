//! Logs of any format: whatever the bytes, a log or one refusal. Every log that is read can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use runaway::fit::{Log, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    // The last byte chooses the options, so that a file begins as its format does.
    let choice = bytes.last().copied().unwrap_or(0);
    let options = ReadOptions {
        evaluated: (choice & 1 == 1).then_some(1319),
        right_above: (choice & 2 == 2).then_some(0.5),
        samples_per_problem: (choice & 4 == 4).then_some(4),
        lower_is_better: choice & 8 == 8,
        metric: (choice & 16 == 16).then(|| "accuracy".to_owned()),
        ..ReadOptions::default()
    };
    match Log::parse_all(&[("log".to_owned(), bytes.to_vec())], &options) {
        Ok(log) => assert!(Log::parse(log.to_csv().as_bytes(), "again").is_ok(), "{}", log.to_csv()),
        Err(error) => assert!(error.to_string().chars().count() < 800, "{error}"),
    }
});

//! Damaged logs: whatever the bytes, a log or one short refusal, soon and without a panic.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use runaway::files::StoredInput;
use runaway::fit::{AnswerSet, Log, LogFile, ReadOptions};

/// Longest refusal, in characters: names and values in it are cut.
const LONGEST: usize = 700;
/// Longest time for one log, a hundred times what it takes alone; a loop that grows with the square of it takes longer.
const SLOWEST: Duration = Duration::from_secs(10);
/// Bytes up to which a log is lengthened by copies of a line.
const MOST_BYTES: usize = 1 << 21;

/// Values that readers take for numbers, or should not.
const ODD: [&str; 14] = [
    "1e308",
    "-1",
    "NaN",
    "Infinity",
    "-0.0",
    "1e-320",
    "99999999999999999999",
    "18446744073709551615",
    "null",
    "\"\"",
    "true",
    "1e999",
    "0x10",
    "[[]]",
];

fn logs() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut folders = ["cases/logs", "cases/invalid-logs", "data/harness"].map(|folder| root.join(folder)).to_vec();
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let named = |path: &PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
    files.iter().map(|path| (named(path), std::fs::read(path).unwrap())).collect()
}

/// A place in the bytes, and another at or behind it.
fn span(bytes: &[u8], rng: &mut impl Rng) -> (usize, usize) {
    let from = rng.random_range(0..=bytes.len());
    let most = from + 1 + rng.random_range(0..400);
    (from, rng.random_range(from..=bytes.len().min(most)))
}

/// Places where a number, or what a reader takes for one, begins and ends.
fn numbers(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        let length = bytes[place..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        if length > 0 {
            found.push((place, place + length));
        }
        place += length.max(1);
    }
    found
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// One damage.
fn damaged(bytes: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    match rng.random_range(0..15) {
        0 => {
            for _ in 0..rng.random_range(1..8) {
                let place = rng.random_range(0..out.len().max(1));
                if let Some(byte) = out.get_mut(place) {
                    *byte ^= 1 << rng.random_range(0..8);
                }
            }
        }
        1 => out.truncate(rng.random_range(0..=out.len())),
        2 => {
            let (from, to) = span(&out, rng);
            out.drain(from..to);
        }
        3 => {
            let (from, to) = span(&out, rng);
            let piece = out[from..to].repeat(rng.random_range(1..20));
            out.splice(from..from, piece);
        }
        4 => {
            let mut order = lines(bytes);
            if order.len() > 1 {
                let (one, other) = (rng.random_range(0..order.len()), rng.random_range(0..order.len()));
                order.swap(one, other);
            }
            out = order.concat();
        }
        5..=7 => {
            for _ in 0..rng.random_range(1..4) {
                let places = numbers(&out);
                if !places.is_empty() {
                    let (from, to) = places[rng.random_range(0..places.len())];
                    out.splice(from..to, ODD[rng.random_range(0..ODD.len())].bytes());
                }
            }
        }
        8 => {
            let depth = rng.random_range(1..20_000);
            let (from, _) = span(&out, rng);
            let open: &[u8] = if rng.random() { b"[" } else { b"{\"a\":" };
            out.splice(from..from, open.repeat(depth));
        }
        9 => {
            let (from, _) = span(&out, rng);
            let letter = [b'x', b'9', b',', b'"', b' ', b'\\', b'[', b'|'][rng.random_range(0..8)];
            out.splice(from..from, vec![letter; rng.random_range(1..200_000)]);
        }
        10 => drop(out.splice(0..0, *b"\xef\xbb\xbf")),
        11 => out = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into_bytes(),
        12 => {
            let (from, to) = span(&out, rng);
            out[from..to].fill(0);
        }
        13 => {
            // A record again and again, with other numbers.
            let order = lines(bytes);
            let line = order.get(rng.random_range(0..order.len().max(1))).copied().unwrap_or(b"\n");
            for _ in 0..rng.random_range(1..2_000) {
                let mut copy = line.to_vec();
                if let Some(&(from, to)) = numbers(&copy).first() {
                    copy.splice(from..to, rng.random_range(0..5_000_u32).to_string().into_bytes());
                }
                if out.len() < MOST_BYTES {
                    out.extend(copy);
                }
            }
        }
        _ => {
            let words: Vec<&str> = ["step", "accuracy", "wrong", "eval_accuracy", "generation", "score", "id"].to_vec();
            let word = words[rng.random_range(0..words.len())];
            let (from, _) = span(&out, rng);
            out.splice(from..from, format!("\"{word}\": {}, ", ODD[rng.random_range(0..ODD.len())]).into_bytes());
        }
    }
    out
}

fn options(rng: &mut ChaCha8Rng) -> ReadOptions {
    let mut options = ReadOptions::default();
    if rng.random_ratio(1, 2) {
        options.evaluated = Some([1, 100, 1319, u64::MAX][rng.random_range(0..4)]);
    }
    if rng.random_ratio(1, 4) {
        options.metric = Some(["accuracy", "eval_loss", "acc", "score", "exact_match"][rng.random_range(0..5)].into());
    }
    if rng.random_ratio(1, 6) {
        options.right_above = Some(0.5);
    }
    if rng.random_ratio(1, 6) {
        options.samples_per_problem = Some([1, 4, u64::MAX][rng.random_range(0..3)]);
    }
    if rng.random_ratio(1, 8) {
        options.lower_is_better = true;
    }
    if rng.random_ratio(1, 8) {
        options.task = Some("gsm8k".into());
    }
    if rng.random_ratio(1, 8) {
        options.filter = Some("strict-match".into());
    }
    if rng.random_ratio(1, 8) {
        options.columns = vec![("generation".into(), "step".into()), ("accuracy".into(), "score".into())];
    }
    options
}

/// Reads this number of damaged logs; how many were taken.
fn survive(mutants: u64, seed: u64) -> u64 {
    let (logs, mut taken) = (logs(), 0);
    let longest_name = logs.iter().map(|(name, _)| name.len()).max().unwrap();
    for mutant in 0..mutants {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ mutant);
        let (name, bytes) = &logs[rng.random_range(0..logs.len())];
        let mut bytes = bytes.clone();
        for _ in 0..rng.random_range(1..4) {
            bytes = damaged(&bytes, &mut rng);
        }
        let options = options(&mut rng);
        let start = Instant::now();
        let file = LogFile::new(name, StoredInput::Memory(bytes.as_slice().into()));
        if let Err(error) = file.and_then(|file| AnswerSet::of(&[file], &options)) {
            assert!(error.to_string().chars().count() <= LONGEST + longest_name, "mutant {mutant} of {name}");
        }
        let read = Log::parse_all(&[(name.clone(), bytes)], &options);
        let spent = start.elapsed();
        assert!(spent < SLOWEST, "mutant {mutant} of {name}: {spent:?}");
        match read {
            Ok(log) => {
                taken += 1;
                for row in log.runs.iter().flat_map(|run| &run.rows) {
                    row.check().unwrap_or_else(|error| panic!("mutant {mutant} of {name}: {error}"));
                }
                let again = Log::parse(log.to_csv().as_bytes(), "again");
                let again = again.unwrap_or_else(|error| panic!("mutant {mutant} of {name} written and read: {error}"));
                let ranked = |log: &Log| log.runs.iter().map(|run| run.rows.len()).collect::<Vec<_>>();
                assert_eq!(ranked(&again), ranked(&log), "mutant {mutant} of {name}");
            }
            Err(error) => {
                let message = error.to_string();
                let length = message.chars().count();
                assert!(
                    length <= LONGEST + longest_name,
                    "mutant {mutant} of {name}: {length}: {}",
                    message.chars().take(400).collect::<String>()
                );
                assert!(!message.contains('\n'), "mutant {mutant} of {name}: {message}");
            }
        }
    }
    taken
}

#[test]
fn damaged_logs_are_refused_in_a_line_or_read() {
    let taken = survive(2_000, 1);
    assert!(taken > 100, "{taken} of 2,000 damaged logs were still read; the others show only that refusals work");
}

#[test]
#[ignore = "a minute; run with --ignored"]
fn twenty_thousand_damaged_logs_are_refused_in_a_line_or_read() {
    survive(20_000, 0x1234_5678_0000_0000);
}

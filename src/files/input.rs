//! Input read with a limit: a wrong name, a device or an endless pipe is refused before it fills the memory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use super::given::given;

/// Why an input was not read; whoever names the file puts its path in front.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InputError {
    /// The system's own reason.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// A folder.
    #[error("it is a folder")]
    Folder,
    /// A device, which may never end.
    #[error("it is a device, which may never end; give a file or a pipe")]
    Device,
    /// More than its kind of file ever has.
    #[error("it has more than the {} MiB that {what} may have", most >> 20)]
    TooLarge {
        /// The most, in bytes.
        most: u64,
        /// What the file was taken for.
        what: &'static str,
    },
}

/// How much of an input is read: its kind, in words, and the most bytes.
#[derive(Debug, Clone, Copy)]
pub struct InputLimit {
    /// The kind, with its article: "a scenario".
    pub what: &'static str,
    /// The most bytes.
    pub most: u64,
}

/// Longest scenario file. The largest that anyone wrote by hand has a few kilobytes; a data file is taken for one by mistake.
pub const SCENARIO: InputLimit = InputLimit { what: "a scenario", most: 1 << 20 };
/// Longest result file that is used again as a scenario: 100,000 generations of every curve take some 50 MiB.
pub const RESULTS: InputLimit = InputLimit { what: "a results file", most: 128 << 20 };
/// Longest JSON document of a log, which is held in whole; logs of lines are read line by line, however long they are.
pub const LOG: InputLimit = InputLimit { what: "a JSON document of a log", most: 128 << 20 };

/// Longest file of an explicit chain: some ten million transitions.
pub const CHAIN: InputLimit = InputLimit { what: "a chain", most: 512 << 20 };

/// What standard input held, for whoever reads the same scenario again: its loop, then its designs, then its claims.
static STANDARD_INPUT: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// The bytes of a file or a pipe; `-` is standard input, which is read once and kept.
///
/// # Errors
/// [`InputError`] for what is neither, cannot be read, or is longer than `limit`.
pub fn read(path: &Path, limit: InputLimit) -> Result<Vec<u8>, InputError> {
    if let Some(bytes) = given(path) {
        return all_of(bytes.as_ref(), limit);
    }
    if path.as_os_str() == "-" {
        return standard_input(limit);
    }
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(InputError::Folder);
    }
    if is_device(&metadata) {
        return Err(InputError::Device);
    }
    if metadata.len() > limit.most {
        return Err(InputError::TooLarge { most: limit.most, what: limit.what });
    }
    all_of(File::open(path)?, limit)
}

fn standard_input(limit: InputLimit) -> Result<Vec<u8>, InputError> {
    let mut kept = STANDARD_INPUT.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = match kept.take() {
        Some(bytes) => bytes,
        None => all_of(io::stdin().lock(), limit)?,
    };
    *kept = Some(bytes.clone());
    if bytes.len() as u64 > limit.most {
        return Err(InputError::TooLarge { most: limit.most, what: limit.what });
    }
    Ok(bytes)
}

/// Everything that can be read. A file can grow while it is read, and a pipe has no length: one byte more than allowed tells.
pub(super) fn all_of(source: impl Read, limit: InputLimit) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    source.take(limit.most + 1).read_to_end(&mut bytes)?;
    let too_large = InputError::TooLarge { most: limit.most, what: limit.what };
    if bytes.len() as u64 > limit.most { Err(too_large) } else { Ok(bytes) }
}

#[cfg(unix)]
pub(super) fn is_device(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_char_device() || metadata.file_type().is_block_device()
}

#[cfg(not(unix))]
pub(super) fn is_device(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: InputLimit = InputLimit { what: "a test", most: 3 };

    #[test]
    fn a_file_as_long_as_allowed_is_read_and_a_longer_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "abc").unwrap();
        assert_eq!(read(&file, SHORT).unwrap(), b"abc");
        fs::write(&file, "abcd").unwrap();
        assert!(matches!(read(&file, SHORT), Err(InputError::TooLarge { most: 3, .. })));
        assert!(matches!(read(folder.path(), SHORT), Err(InputError::Folder)));
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_refused_unread() {
        for device in ["/dev/zero", "/dev/random", "/dev/null"] {
            assert!(matches!(read(Path::new(device), SHORT), Err(InputError::Device)), "{device}");
        }
    }
}

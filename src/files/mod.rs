//! Files read with a limit ([`read`]) or a piece at a time ([`StoredInput`]), and written whole or not at all: one by way of
//! a temporary file in the same folder, synced, then renamed; a folder of results by way of a folder beside it
//! ([`ReportFolder`]).

mod folder;
mod given;
mod input;
mod interrupt;
mod stored;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

pub use folder::ReportFolder;
pub use given::{GivenInput, with_given};
pub use input::{CHAIN, InputError, InputLimit, LOG, RESULTS, SCENARIO, read};
pub use stored::StoredInput;

/// A file to be written: its name inside a folder, and its bytes.
pub type FileWritten<'a> = (&'a str, &'a [u8]);

/// A file that could not be written; the message holds the path and the system's reason.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The folder cannot be made.
    #[error("{}: cannot make this folder: {reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The file cannot be written or put in its place.
    #[error("{}: cannot write this file: {reason}", path.display())]
    Write {
        /// The file as it was to be called.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The folder holds the results of another command.
    #[error(
        "{}: this folder holds the results of `runaway {kind}`; name another folder, or replace them with `--force`",
        folder.display()
    )]
    OtherKind {
        /// The folder.
        folder: PathBuf,
        /// The command whose results it holds.
        kind: String,
    },
    /// Not the plain name of a file inside the folder.
    #[error("{name:?} is not the name of a file inside {}", folder.display())]
    Name {
        /// The folder.
        folder: PathBuf,
        /// The name that was refused.
        name: String,
    },
}

/// Writes `bytes` to `path`; whoever reads it sees the old content or the new one, never a part. Missing folders are made.
///
/// # Errors
/// [`FileError`] if the folder cannot be made or the file not written; what was there before is then untouched.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = parent(path);
    make_folder(folder)?;
    Staged::new(path.to_owned(), bytes)?.publish()?;
    sync_folder(folder);
    Ok(())
}

/// The same for what `write` writes bit by bit; where it fails, what was there before is untouched.
///
/// # Errors
/// What `write` fails with, and [`FileError`] if the folder cannot be made or the file not written.
pub fn write_streamed<E: From<FileError>>(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), E>,
) -> Result<(), E> {
    let folder = parent(path);
    make_folder(folder)?;
    let failed = |reason| FileError::Write { path: path.to_owned(), reason };
    let mut out = BufWriter::new(Staged::begin(path).map_err(failed)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    Staged { file, path: path.to_owned() }.publish()?;
    sync_folder(folder);
    Ok(())
}

/// Refuses a name that leads out of its folder.
fn check_name(folder: &Path, name: &str) -> Result<(), FileError> {
    let mut parts = Path::new(name).components();
    if matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only.to_str() == Some(name)) {
        return Ok(());
    }
    Err(FileError::Name { folder: folder.to_owned(), name: name.to_owned() })
}

/// Writes a file that nobody sees yet, safely to disk.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A file on disk under a temporary name; it vanishes if it is dropped before it is published.
struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    fn new(path: PathBuf, bytes: &[u8]) -> Result<Self, FileError> {
        match Self::fill(&path, bytes) {
            Ok(file) => Ok(Self { file, path }),
            Err(reason) => Err(FileError::Write { path, reason }),
        }
    }

    fn fill(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let mut file = Self::begin(path)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// An empty file that nobody sees yet.
    fn begin(path: &Path) -> io::Result<NamedTempFile> {
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let mut builder = Builder::new();
        builder.prefix(".runaway-");
        // Temporary files are private by default, but a report is to be read by whoever may read its folder.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(parent(path))
    }

    fn publish(self) -> Result<(), FileError> {
        let Self { file, path } = self;
        match file.persist(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(FileError::Write { path, reason: error.error }),
        }
    }
}

/// The folder of a file; the current one for a bare name.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|reason| FileError::Folder { path: path.to_owned(), reason })
}

/// Makes the renames last through a crash. Not every system can sync a folder, and the content is safe without it.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(path) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_a_file_and_makes_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.txt");
        write_atomic(&path, b"one").unwrap();
        write_atomic(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["c.txt"]);
    }

    #[test]
    fn the_path_and_the_reason_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = write_atomic(&file.join("below"), b"").unwrap_err().to_string();
        assert!(error.contains("file: cannot make this folder: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn readable_as_any_other_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        write_atomic(&folder.path().join("ours"), b"").unwrap();
        fs::write(folder.path().join("theirs"), "").unwrap();
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("ours"), mode("theirs"));
    }
}

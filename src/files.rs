//! Files written whole or not at all: a temporary file in the same folder, synced, then renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

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

/// Writes every file of a folder; none is put in its place before all of them are safely on disk.
///
/// # Errors
/// [`FileError`] as [`write_atomic`], and for a name that leads out of the folder. Until the renaming begins nothing has
/// changed; should one rename fail, each file still holds either its old or its new content.
pub fn write_all(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), FileError> {
    for (name, _) in files {
        let mut parts = Path::new(name).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only.to_str() == Some(*name))
        {
            return Err(FileError::Name { folder: folder.to_owned(), name: (*name).to_owned() });
        }
    }
    make_folder(folder)?;
    let staged: Vec<Staged> =
        files.iter().map(|(name, bytes)| Staged::new(folder.join(name), bytes)).collect::<Result<_, _>>()?;
    for file in staged {
        file.publish()?;
    }
    sync_folder(folder);
    Ok(())
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
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let mut builder = Builder::new();
        builder.prefix(".runaway-");
        // Temporary files are private by default, but a report is to be read by whoever may read its folder.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(parent(path))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
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
    fn a_folder_in_the_way_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("second")).unwrap();
        fs::write(folder.path().join("first"), "old").unwrap();
        let error = write_all(folder.path(), &[("first", b"new"), ("second", b"new")]).unwrap_err();
        assert!(error.to_string().contains("second: cannot write this file: "), "{error}");
        assert_eq!(fs::read(folder.path().join("first")).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["first", "second"]);
    }

    #[test]
    fn names_stay_inside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../up", "/root", "a/b", "", ".", "..", "x/"] {
            let refused = write_all(folder.path(), &[(name, b"")]);
            assert!(matches!(refused, Err(FileError::Name { .. })), "{name:?} was taken");
        }
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

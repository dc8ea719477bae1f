//! Folders of results, replaced whole: whoever looks sees the old report or the new one, and never figures of one run beside
//! the numbers of another.
//!
//! The new folder is built beside the old one and exchanged with it in one step of the file system. What the program did
//! not write is carried over (as hard links, or copied). Where folders cannot be exchanged (a mount point, the folder that
//! one stands in, an old system), the files move in one by one while interrupts wait.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::interrupt;
use super::{FileError, FileWritten, check_name, make_folder, parent, put, sync_folder};

/// Says what a folder holds, and which of its files are ours.
const MANIFEST: &str = ".runaway.json";
/// Part of the name of a folder that is being built.
const STAGING: &str = ".runaway-new-";
/// Documents by which folders of versions without a manifest are known.
const DOCUMENTS: [(&str, &str); 4] =
    [("results.json", "report"), ("compare.json", "compare"), ("fit.json", "fit"), ("backtest.json", "backtest")];

/// What the program wrote into a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Manifest {
    /// Command that wrote it.
    kind: String,
    /// Names of its files.
    files: BTreeSet<String>,
}

/// A folder for the results of one kind of command.
#[derive(Debug, Clone)]
pub struct ReportFolder {
    /// As it was named.
    named: PathBuf,
    path: PathBuf,
    kind: &'static str,
    earlier: Manifest,
}

impl ReportFolder {
    /// The folder `path` for results of `kind`. Nothing is written yet, so that a refusal comes before the work.
    ///
    /// # Errors
    /// [`FileError::OtherKind`] where it holds results of another kind and they are not to be replaced by `force`;
    /// [`FileError::Folder`] where it is no folder or cannot be looked into.
    pub fn new(path: &Path, kind: &'static str, force: bool) -> Result<Self, FileError> {
        // A link stays a link: what it leads to is replaced.
        let named = path.to_owned();
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let refused = |reason| FileError::Folder { path: path.clone(), reason };
        if path.exists() && !path.is_dir() {
            return Err(refused(io::Error::new(io::ErrorKind::NotADirectory, "it is a file")));
        }
        let earlier = found(&path).map_err(refused)?;
        if !force && !earlier.kind.is_empty() && earlier.kind != kind {
            return Err(FileError::OtherKind { folder: path, kind: earlier.kind });
        }
        Ok(Self { named, path, kind, earlier })
    }

    /// The folder as it was named.
    #[must_use]
    pub fn named(&self) -> &Path {
        &self.named
    }

    /// Puts `files` in the place of what an earlier run wrote; everything else in the folder stays.
    ///
    /// # Errors
    /// [`FileError`] for a name that leads out of the folder and for what cannot be written; the folder is then as it was.
    pub fn replace(&self, files: &[FileWritten<'_>]) -> Result<(), FileError> {
        for (name, _) in files {
            check_name(&self.path, name)?;
        }
        let names = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        let manifest = Manifest { kind: self.kind.to_owned(), files: names };
        let mut json = serde_json::to_vec_pretty(&manifest).map_err(|error| self.unwritten(error.into()))?;
        json.push(b'\n');
        let all: Vec<FileWritten<'_>> = files.iter().copied().chain([(MANIFEST, json.as_slice())]).collect();
        make_folder(parent(&self.path))?;
        let blocking = all.iter().map(|(name, _)| self.path.join(name)).find(|path| path.is_dir());
        if let Some(path) = blocking {
            return Err(FileError::Write {
                path,
                reason: io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"),
            });
        }
        clean(parent(&self.path));
        clean(&self.path);
        if self.swap(&all).is_err() {
            self.move_in(&all)?;
        }
        sync_folder(parent(&self.path));
        Ok(())
    }

    /// Builds the folder beside its place and exchanges the two.
    fn swap(&self, files: &[FileWritten<'_>]) -> io::Result<()> {
        if stands_in(&self.path) {
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, "it is the folder that one stands in"));
        }
        let staging = Staging::new(parent(&self.path), files)?;
        if !self.path.exists() {
            return staging.settle(&self.path);
        }
        fs::set_permissions(staging.path(), fs::metadata(&self.path)?.permissions())?;
        let ours = |name: &str| files.iter().any(|(new, _)| *new == name) || self.earlier.files.contains(name);
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(ours) {
                carry(&entry.path(), &staging.path().join(entry.file_name()))?;
            }
        }
        sync_folder(staging.path());
        exchange(staging.path(), &self.path)
        // The old folder now stands in the place of the new one, and goes with it.
    }

    /// Moves the files in one by one, and then takes away what the earlier run alone wrote; interrupts wait meanwhile.
    fn move_in(&self, files: &[FileWritten<'_>]) -> Result<(), FileError> {
        make_folder(&self.path)?;
        let staging = Staging::new(&self.path, files).map_err(|reason| self.unwritten(reason))?;
        interrupt::held_back(|| {
            for (name, _) in files {
                let path = self.path.join(name);
                fs::rename(staging.path().join(name), &path).map_err(|reason| FileError::Write { path, reason })?;
            }
            for stale in self.earlier.files.iter().filter(|name| files.iter().all(|(new, _)| new != name)) {
                // A file that is gone already is what was wanted.
                let _ = fs::remove_file(self.path.join(stale));
            }
            Ok(())
        })?;
        sync_folder(&self.path);
        Ok(())
    }

    fn unwritten(&self, reason: io::Error) -> FileError {
        FileError::Write { path: self.path.clone(), reason }
    }
}

/// What an earlier run wrote into a folder; nothing where there was none. Only plain names are believed.
fn found(folder: &Path) -> io::Result<Manifest> {
    let known = || DOCUMENTS.iter().find(|(document, _)| folder.join(document).is_file());
    let by_document = || {
        known().map_or_else(Manifest::default, |(_, kind)| Manifest { kind: (*kind).to_owned(), ..Manifest::default() })
    };
    match fs::read(folder.join(MANIFEST)) {
        Ok(bytes) => Ok(serde_json::from_slice::<Manifest>(&bytes).map_or_else(
            |_| by_document(),
            |mut manifest| {
                manifest.files.retain(|name| check_name(folder, name).is_ok());
                manifest
            },
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(by_document()),
        Err(error) => Err(error),
    }
}

/// Whether the process stands in this folder or below it: its place must stay what it is.
fn stands_in(folder: &Path) -> bool {
    std::env::current_dir().is_ok_and(|here| here.starts_with(folder))
}

/// A folder under construction. It is locked while its builder lives, so that others know a forgotten one, and vanishes
/// if it is not put in its place.
struct Staging {
    folder: TempDir,
    _lock: Option<File>,
}

impl Staging {
    fn new(place: &Path, files: &[FileWritten<'_>]) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(STAGING);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let folder = builder.tempdir_in(place)?;
        let lock = File::open(folder.path()).ok().filter(|opened| opened.try_lock().is_ok());
        for (name, bytes) in files {
            put(&folder.path().join(name), bytes)?;
        }
        sync_folder(folder.path());
        Ok(Self { folder, _lock: lock })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Becomes the folder `path`, which is not there yet.
    fn settle(self, path: &Path) -> io::Result<()> {
        fs::rename(self.folder.path(), path)?;
        let _ = self.folder.keep();
        Ok(())
    }
}

/// Removes what interrupted runs left under construction in `place`.
fn clean(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let forgotten = entry.file_name().to_str().is_some_and(|name| name.starts_with(STAGING))
            && File::open(entry.path()).is_ok_and(|opened| opened.try_lock().is_ok());
        if forgotten {
            // What cannot be removed does no harm.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Puts a copy of `from` at `to`: the same file under a second name where the system can.
fn carry(from: &Path, to: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(from)?;
    if kind.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            carry(&entry.path(), &to.join(entry.file_name()))?;
        }
        return fs::set_permissions(to, kind.permissions());
    }
    if kind.is_file() && fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    #[cfg(unix)]
    if kind.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    if kind.is_file() {
        return fs::copy(from, to).map(drop);
    }
    Err(io::Error::new(io::ErrorKind::Unsupported, "neither a file nor a folder"))
}

/// Exchanges two folders in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn replace(path: &Path, files: &[FileWritten<'_>]) -> Result<(), FileError> {
        ReportFolder::new(path, "report", false)?.replace(files)
    }

    #[test]
    fn the_old_files_go_and_those_of_others_stay() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/out");
        replace(&folder, &[("one.svg", b"1"), ("results.json", b"{}")]).unwrap();
        fs::create_dir(folder.join("notes")).unwrap();
        fs::write(folder.join("notes/mine.txt"), "mine").unwrap();
        fs::write(folder.join("mine.svg"), "mine").unwrap();
        replace(&folder, &[("two.svg", b"2"), ("results.json", b"{2}")]).unwrap();
        assert_eq!(names(&folder), [MANIFEST, "mine.svg", "notes", "results.json", "two.svg"]);
        assert_eq!(fs::read(folder.join("results.json")).unwrap(), b"{2}");
        assert_eq!(fs::read_to_string(folder.join("notes/mine.txt")).unwrap(), "mine");
        assert_eq!(names(&place.path().join("a")), ["out"], "nothing is left beside it");
    }

    /// The way of folders that cannot be exchanged ends in the same folder.
    #[test]
    fn moved_in_or_exchanged_the_folder_is_the_same() {
        let place = tempfile::tempdir().unwrap();
        let files: [FileWritten<'_>; 2] = [("new.svg", b"2"), ("results.json", b"{2}")];
        let end = |moved: bool| {
            let folder = place.path().join(if moved { "moved" } else { "swapped" });
            replace(&folder, &[("old.svg", b"1"), ("results.json", b"{}")]).unwrap();
            fs::write(folder.join("mine"), "mine").unwrap();
            let opened = ReportFolder::new(&folder, "report", false).unwrap();
            if moved {
                opened.move_in(&files).unwrap()
            } else {
                opened.swap(&files).unwrap()
            }
            names(&folder).into_iter().filter(|name| name != MANIFEST).collect::<Vec<_>>()
        };
        assert_eq!(end(true), ["mine", "new.svg", "results.json"]);
        assert_eq!(end(false), end(true));
    }

    #[test]
    fn another_kind_is_refused_with_or_without_a_manifest() {
        let place = tempfile::tempdir().unwrap();
        let (new, old) = (place.path().join("new"), place.path().join("old"));
        ReportFolder::new(&new, "fit", false).unwrap().replace(&[("fit.json", b"")]).unwrap();
        fs::create_dir(&old).unwrap();
        fs::write(old.join("fit.json"), "").unwrap();
        for folder in [new, old] {
            let refusal = ReportFolder::new(&folder, "report", false).unwrap_err().to_string();
            assert!(refusal.contains("`runaway fit`") && refusal.contains("--force"), "{refusal}");
            ReportFolder::new(&folder, "report", true).unwrap().replace(&[("results.json", b"")]).unwrap();
            replace(&folder, &[("results.json", b"")]).unwrap();
        }
    }

    #[test]
    fn a_manifest_cannot_reach_out_of_its_folder() {
        let place = tempfile::tempdir().unwrap();
        let (folder, victim) = (place.path().join("out"), place.path().join("victim"));
        fs::create_dir(&folder).unwrap();
        fs::write(&victim, "").unwrap();
        fs::write(folder.join(MANIFEST), r#"{"kind": "report", "files": ["../victim"]}"#).unwrap();
        let opened = ReportFolder::new(&folder, "report", false).unwrap();
        opened.move_in(&[("results.json", b"")]).unwrap();
        assert!(victim.is_file());
    }

    #[test]
    fn what_an_interrupted_run_left_is_cleaned_away() {
        let place = tempfile::tempdir().unwrap();
        let (folder, left) = (place.path().join("out"), place.path().join(format!("{STAGING}left")));
        fs::create_dir(&left).unwrap();
        let at_work = Staging::new(place.path(), &[]).unwrap();
        replace(&folder, &[("results.json", b"")]).unwrap();
        assert!(!left.exists() && at_work.path().exists());
    }

    #[test]
    fn a_folder_in_the_way_leaves_everything_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        fs::create_dir(folder.join("second")).unwrap();
        fs::write(folder.join("first"), "old").unwrap();
        let error = replace(folder, &[("first", b"new"), ("second", b"new")]).unwrap_err();
        assert!(error.to_string().contains("second: cannot write this file: "), "{error}");
        assert_eq!(fs::read(folder.join("first")).unwrap(), b"old");
        assert_eq!(names(folder), ["first", "second"]);
    }

    #[test]
    fn names_stay_inside_the_folder() {
        let place = tempfile::tempdir().unwrap();
        for name in ["../up", "/root", "a/b", "", ".", "..", "x/"] {
            let refused = replace(&place.path().join("out"), &[(name, b"")]);
            assert!(matches!(refused, Err(FileError::Name { .. })), "{name:?} was taken");
        }
    }
}

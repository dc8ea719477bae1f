//! Inputs that are read a piece at a time, and as often as needed, whatever they are: files stay where they are, pipes are
//! kept.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::given::given;
use super::input::{InputError, InputLimit, all_of, is_device};

/// What of a pipe is kept in memory; a longer one goes to a temporary file.
const KEPT_IN_MEMORY: u64 = 16 << 20;
/// Longest pipe: an endless one is refused before it fills the disk.
const PIPE: InputLimit = InputLimit { what: "a pipe", most: 8 << 30 };
/// Bytes that are read from a file at a time.
const BUFFER: usize = 1 << 16;

/// An input that can be opened again and again.
#[derive(Debug)]
pub enum StoredInput<'a> {
    /// In memory.
    Memory(Cow<'a, [u8]>),
    /// A file, left where it is.
    File(PathBuf),
    /// A pipe, kept in a file that vanishes with it.
    Kept(NamedTempFile),
}

impl StoredInput<'static> {
    /// A file or a pipe; `-` is standard input, which is read here and kept.
    ///
    /// # Errors
    /// [`InputError`] for what is neither, cannot be read, or never ends.
    pub fn at(path: &Path) -> Result<Self, InputError> {
        if let Some(bytes) = given(path) {
            return Ok(Self::Memory(Cow::Owned(bytes.to_vec())));
        }
        if path.as_os_str() == "-" {
            return kept(std::io::stdin().lock());
        }
        let metadata = std::fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(InputError::Folder);
        }
        if is_device(&metadata) {
            return Err(InputError::Device);
        }
        let file = File::open(path)?;
        if metadata.is_file() { Ok(Self::File(path.to_owned())) } else { kept(file) }
    }
}

impl StoredInput<'_> {
    /// Its bytes from the beginning on.
    ///
    /// # Errors
    /// The system's reason where a file cannot be opened any more.
    pub fn open(&self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(bytes.as_ref()),
            stored => Box::new(BufReader::with_capacity(BUFFER, stored.file()?)),
        })
    }

    /// Its last bytes, as many as asked for or all.
    ///
    /// # Errors
    /// The system's reason where a file cannot be read.
    pub fn tail(&self, bytes: u64) -> io::Result<Vec<u8>> {
        if let Self::Memory(all) = self {
            let from = all.len().saturating_sub(usize::try_from(bytes).unwrap_or(usize::MAX));
            return Ok(all.get(from..).unwrap_or_default().to_vec());
        }
        let mut file = self.file()?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
        let mut tail = Vec::new();
        file.take(bytes).read_to_end(&mut tail)?;
        Ok(tail)
    }

    /// A file with its bytes, from the beginning on; what is in memory is written to one that vanishes when it is closed.
    ///
    /// # Errors
    /// The system's reason where it cannot be opened or written.
    pub fn file(&self) -> io::Result<File> {
        match self {
            Self::Memory(bytes) => {
                let mut file = tempfile::tempfile()?;
                file.write_all(bytes)?;
                file.rewind()?;
                Ok(file)
            }
            Self::File(path) => File::open(path),
            Self::Kept(file) => file.reopen(),
        }
    }

    /// All of its bytes, if they are not more than `limit` allows.
    ///
    /// # Errors
    /// [`InputError`] where they are more, or cannot be read.
    pub fn whole(&self, limit: InputLimit) -> Result<Vec<u8>, InputError> {
        all_of(self.open()?, limit)
    }
}

/// A pipe, read to its end.
fn kept(mut pipe: impl Read) -> Result<StoredInput<'static>, InputError> {
    let mut first = Vec::new();
    pipe.by_ref().take(KEPT_IN_MEMORY).read_to_end(&mut first)?;
    if (first.len() as u64) < KEPT_IN_MEMORY {
        return Ok(StoredInput::Memory(Cow::Owned(first)));
    }
    let mut file = NamedTempFile::new()?;
    file.write_all(&first)?;
    let more = PIPE.most - KEPT_IN_MEMORY;
    if io::copy(&mut pipe.take(more + 1), &mut file)? > more {
        return Err(InputError::TooLarge { most: PIPE.most, what: PIPE.what });
    }
    Ok(StoredInput::Kept(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an input gives from its beginning, twice, and from its end.
    fn read(input: &StoredInput<'_>) -> (Vec<u8>, Vec<u8>) {
        let mut first = Vec::new();
        input.open().unwrap().read_to_end(&mut first).unwrap();
        assert_eq!(input.whole(PIPE).unwrap(), first);
        (first, input.tail(3).unwrap())
    }

    #[test]
    fn files_memory_and_pipes_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        let inputs = [
            StoredInput::at(&path).unwrap(),
            StoredInput::Memory(b"one\ntwo\n".into()),
            kept(&b"one\ntwo\n"[..]).unwrap(),
        ];
        for input in &inputs {
            assert_eq!(read(input), (b"one\ntwo\n".to_vec(), b"wo\n".to_vec()));
        }
        assert!(matches!(inputs[0], StoredInput::File(_)) && matches!(inputs[2], StoredInput::Memory(_)));
    }

    #[test]
    fn a_long_pipe_is_kept_on_disk() {
        let pipe = io::repeat(b'x').take(KEPT_IN_MEMORY + 5);
        let input = kept(pipe).unwrap();
        assert!(matches!(input, StoredInput::Kept(_)));
        assert_eq!(read(&input).0.len() as u64, KEPT_IN_MEMORY + 5);
        assert_eq!(input.tail(2).unwrap(), b"xx");
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_folders_are_refused() {
        assert!(matches!(StoredInput::at(Path::new("/dev/zero")), Err(InputError::Device)));
        assert!(matches!(StoredInput::at(Path::new("/")), Err(InputError::Folder)));
    }
}

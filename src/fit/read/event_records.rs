//! The records of TensorBoard event files.

use std::io::{self, Read};

/// Whether bytes begin with the record that opens every event file, which holds its version.
pub(super) fn is_event_file(bytes: &[u8]) -> bool {
    let is_version = |record: &[u8]| record.windows(12).any(|window| window == b"brain.Event:");
    EventRecords::new(bytes).next().is_ok_and(|record| record.is_some_and(is_version))
}

/// The records of a file, up to its end or to the one that was still being written.
pub(super) struct EventRecords<R> {
    pub(super) reader: R,
    pub(super) buffer: Vec<u8>,
    /// Whether the file ended within a record.
    pub(super) cut: bool,
}

impl<R: Read> EventRecords<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), cut: false }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            if !self.fill(HEADER)? {
                return Ok(None);
            }
            let (length, sum) = self.buffer.split_at(8);
            let (length, sum) = (number(length), number(sum));
            let of_length = u64::from(masked_checksum(&length.to_le_bytes()));
            if of_length != sum {
                return Err(damaged());
            }
            if length > LONGEST {
                io::copy(&mut self.reader.by_ref().take(length + 4), &mut io::sink())?;
            } else if self.fill(length + 4)? {
                let (record, sum) = self.buffer.split_at(length as usize);
                if length <= VERIFIED && u64::from(masked_checksum(record)) != number(sum) {
                    return Err(damaged());
                }
                return Ok(Some(record));
            } else {
                return Ok(None);
            }
        }
    }

    /// Reads this number of bytes; `false` where there are fewer.
    pub(super) fn fill(&mut self, bytes: u64) -> io::Result<bool> {
        self.buffer.clear();
        let read = self.reader.by_ref().take(bytes).read_to_end(&mut self.buffer)? as u64;
        self.cut = read < bytes && (read > 0 || bytes != HEADER);
        Ok(read == bytes)
    }
}

/// Bytes of a record's length and its checksum.
const HEADER: u64 = 12;

/// Longest record whose checksum is verified: those of scalars are shorter.
const VERIFIED: u64 = 1 << 16;

fn damaged() -> io::Error {
    io::Error::other("a record of this TensorBoard file is damaged: its checksum is wrong")
}

/// A number of at most eight bytes, the lowest first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// CRC-32C, turned and shifted so that the checksum of a checksum is none of its own (tensorflow/core/lib/hash/crc32c.h).
fn masked_checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0x82f6_3b78 } else { sum >> 1 };
    let sum = !bytes.iter().fold(u32::MAX, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step));
    sum.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Longest record that may hold scalars; images and graphs are longer, and passed over.
const LONGEST: u64 = 1 << 24;

//! Files that are no text, told by their first bytes: what they are, and what makes a log of them.

use crate::files::StoredInput;

/// Why such a file is not read; `None` for one that may be.
pub(super) fn refusal(start: &[u8], input: &StoredInput<'_>) -> Option<&'static str> {
    match start {
        [b'P', b'K', 3, 4, ..] => Some(archive(input)),
        [b'P', b'A', b'R', b'1', ..] => Some(
            "this is a Parquet file; write it as CSV first: python -c \"import pandas as p, sys; p.read_parquet(sys.argv[1]).to_csv(sys.argv[2], index=False)\" IN OUT",
        ),
        [0x1f, 0x8b, ..] => {
            Some("this file is compressed; unpack it first: gunzip -k FILE, or gunzip -c FILE | runaway … -")
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some("this file is compressed; unpack it first: zstd -d FILE, or zstd -dc FILE | runaway … -")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Some("this is UTF-16 text; write it as UTF-8 first: iconv -f UTF-16 -t UTF-8 IN > OUT")
        }
        _ => None,
    }
}

/// What to say of a zip archive.
fn archive(input: &StoredInput<'_>) -> &'static str {
    // The directory of an archive ends with this mark, within its last 64 KiB.
    let tail = input.tail(65_557).unwrap_or_default();
    if tail.windows(4).any(|window| window == b"PK\x05\x06") {
        "this is a zip archive; an Inspect log (.eval) is read after `inspect log dump FILE > log.json`"
    } else {
        "this is a damaged zip archive: its directory is missing; copy it again, and if it is an Inspect log (.eval), write \
         it as JSON with `inspect log dump FILE > log.json`"
    }
}

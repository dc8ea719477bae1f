//! Files that are no text, recognised by their first bytes: what they are, and what makes a log of them.

/// Why such a file is not read; `None` for one that may be.
pub(super) fn refusal(start: &[u8]) -> Option<&'static str> {
    match start {
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

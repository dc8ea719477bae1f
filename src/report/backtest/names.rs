//! Names of logs.

/// A log by its file's name, without folders and ending.
pub(super) fn short(source: &str) -> &str {
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

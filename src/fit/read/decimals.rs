//! How many decimals a number was written with.

/// Decimals of a number as it was written.
pub(super) fn decimals(text: &str) -> u32 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let written = mantissa.split_once('.').map_or(0, |(_, after)| after.trim_end_matches('0').len() as i64);
    u32::try_from(written - exponent.parse::<i64>().unwrap_or(0)).unwrap_or(0)
}

/// Decimals of a number whose text is lost: those of its shortest form.
pub(super) fn shortest_decimals(value: f64) -> u32 {
    decimals(&value.to_string())
}

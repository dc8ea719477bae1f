//! Words for messages about scenario files.

/// Text as a message can show it: no line breaks, no control characters, not too long.
pub(super) fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown: String = text.chars().take(LONGEST).flat_map(escaped).collect();
    if text.chars().nth(LONGEST).is_some() { shown + "…" } else { shown }
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    let (control, plain) =
        if character.is_control() { (Some(character.escape_default()), None) } else { (None, Some(character)) };
    control.into_iter().flatten().chain(plain)
}

/// "did you mean `…`?" for the nearest name, if one is near.
pub(super) fn suggest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// Names in backticks, separated by commas.
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

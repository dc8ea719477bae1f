//! Values as Python prints them: numpy and torch put the name of a type around a number.

use std::borrow::Cow;

/// Modules before the name of a type, and types that are printed without one.
const MODULES: [&str; 4] = ["np.", "numpy.", "torch.", "jnp."];
const BARE: [&str; 2] = ["tensor", "array"];

/// A text with `np.float64(0.51)`, `tensor(0.52, device='cuda:0')` and their like as the bare values within.
pub(super) fn without_types(text: &str) -> Cow<'_, str> {
    if !text.contains('(') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('(') {
        match (before_type(before), value_within(after)) {
            (Some(before), Some((value, behind))) => {
                out += before;
                out += value;
                rest = behind;
            }
            _ => {
                out += before;
                out.push('(');
                rest = after;
            }
        }
    }
    Cow::Owned(out + rest)
}

/// What stands before the name of a type at the end of a text; `None` where there is no such name.
fn before_type(text: &str) -> Option<&str> {
    let before = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    let name = text.strip_prefix(before)?;
    (BARE.contains(&name) || MODULES.iter().any(|module| name.starts_with(module))).then_some(before)
}

/// The single value behind an opening bracket, and what follows the closing one.
fn value_within(text: &str) -> Option<(&str, &str)> {
    let (inside, behind) = text.split_once(')')?;
    let value = inside.split(',').next()?.trim();
    (value.parse::<f64>().is_ok() || matches!(value, "True" | "False")).then_some((value, behind))
}

#[cfg(test)]
mod tests {
    use super::without_types;

    #[test]
    fn values_without_the_names_of_their_types() {
        let cases = [
            ("{'a': np.float64(0.51), 'b': 1}", "{'a': 0.51, 'b': 1}"),
            ("tensor(0.52, device='cuda:0')", "0.52"),
            ("x:numpy.float32(6e-1) - y:np.float64(nan)", "x:6e-1 - y:nan"),
            ("(pid=1) np.array([1, 2]) f(3)", "(pid=1) np.array([1, 2]) f(3)"),
            ("np.float64(0.5", "np.float64(0.5"),
        ];
        for (text, bare) in cases {
            assert_eq!(without_types(text), bare);
        }
    }
}

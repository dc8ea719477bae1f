//! Terms that a reader may not know, explained where they first appear on a page.
//!
//! The one list serves every page. A note follows the paragraph, figure or table in which a term first occurs, so that it is
//! there on paper and on a touch screen as well.

use super::svg::escaped;

/// A term in the forms in which it occurs, the first of which heads its note, and what it means.
struct Term {
    forms: &'static [&'static str],
    meaning: &'static str,
}

const fn term(forms: &'static [&'static str], meaning: &'static str) -> Term {
    Term { forms, meaning }
}

const TERMS: [Term; 20] = [
    term(&["belief", "beliefs"], "one thing that a generation has learned from one training example"),
    term(&["sound"], "right answers by right steps"),
    term(&["unsound"], "right answers by at least one wrong step, which a check of the answer alone cannot see"),
    term(&["systematic"], "of mistakes: the same wrong answer from every candidate, so that a vote does not catch it"),
    term(&["inherited"], "of mistakes: learned from the generation before, not made anew"),
    term(
        &["mean field", "mean-field"],
        "the loop with infinitely many training examples, so that nothing is left to chance",
    ),
    term(
        &["avalanche", "avalanches"],
        "every mistake leaves more than one in the next generation, and the error crosses the threshold",
    ),
    term(&["contained"], "mistakes multiply, but level off below the threshold"),
    term(&["healing"], "every mistake leaves less than one, and the error settles below the threshold"),
    term(&["overwhelmed"], "old mistakes heal, but fresh ones alone carry the error over the threshold"),
    term(&["drift"], "every mistake leaves just one in the next generation"),
    term(&["error floor"], "the error rate at which healed and fresh mistakes balance"),
    term(&["tipping point"], "the error rate beyond which a loop that otherwise heals avalanches"),
    term(&["hazard"], "the probability of failing in the next generation, given that the loop has lasted so far"),
    term(&["yield"], "the share of problems that end in an accepted example"),
    term(&["starved"], "of a loop: no example was accepted to train the next generation"),
    term(&["linear-noise"], "the mean field with the chance of a finite training set as a small Gaussian disturbance"),
    term(&["prior"], "what is assumed of a number before the log is read; posterior: what is known of it afterwards"),
    term(&["contraction"], "the share of the prior's variance that the data removed: 0 % nothing, 100 % all"),
    term(
        &["CRPS"],
        "continuous ranked probability score: how far a forecast lay from what came, in its unit; smaller is better",
    ),
];

/// Elements whose text nobody reads as text.
const SILENT: [&str; 4] = ["style", "desc", "code", "title"];

/// A page's body with each term explained behind the paragraph, figure or table in which it first occurs.
pub(super) fn explained(body: &str) -> String {
    let mut page =
        Page { out: String::with_capacity(body.len() + 2048), block: String::new(), open: TERMS.iter().collect() };
    let (mut rest, mut silent, mut in_figure, mut after_table) = (body, None::<&str>, false, false);
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |length| start + length + 1);
        page.text(&rest[..start], silent.is_none());
        let tag = &rest[start..end];
        page.out.push_str(tag);
        rest = &rest[end..];
        let name = tag.trim_start_matches(['<', '/']).split([' ', '>', '/']).next().unwrap_or_default();
        let closing = tag.starts_with("</");
        match (silent, closing) {
            (Some(waited), true) if waited == name => silent = None,
            (None, false) if !tag.ends_with("/>") => silent = SILENT.into_iter().find(|&known| known == name),
            _ => {}
        }
        match (name, closing) {
            ("figure", false) => in_figure = true,
            ("figure", true) => {
                in_figure = false;
                page.note();
            }
            ("p", true) if !in_figure => page.note(),
            ("table", true) => after_table = true,
            ("div", true) if after_table => {
                after_table = false;
                page.note();
            }
            _ => {}
        }
    }
    page.text(rest, true);
    page.note();
    page.out
}

/// A page under construction.
struct Page {
    out: String,
    /// What has been read since the last note, for the search.
    block: String,
    /// Terms that have not occurred yet.
    open: Vec<&'static Term>,
}

impl Page {
    fn text(&mut self, text: &str, read: bool) {
        self.out.push_str(text);
        if read {
            self.block.push_str(&text.to_lowercase());
        }
        // Words of neighbouring elements are not one word.
        self.block.push('\n');
    }

    /// Explains the terms of the block that ends here.
    fn note(&mut self) {
        let block = std::mem::take(&mut self.block);
        let (met, open) = self.open.drain(..).partition(|term| term.forms.iter().any(|form| occurs(form, &block)));
        self.open = open;
        let met: Vec<&Term> = met;
        if met.is_empty() {
            return;
        }
        let notes = met.iter().map(|term| format!("<dfn>{}</dfn>: {}", term.forms[0], escaped(term.meaning)));
        self.out.push_str("<p class=\"words\">");
        self.out.push_str(&notes.collect::<Vec<_>>().join(". "));
        self.out.push_str(".</p>");
    }
}

/// Whether a form occurs in a text of lower case as a word of its own.
fn occurs(form: &str, text: &str) -> bool {
    let form = form.to_lowercase();
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
    text.match_indices(&form)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + form.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_explained_once_behind_its_first_block() {
        let page = "<h1>Beliefs</h1><p>One.</p><p>A belief.</p><figure><svg><style>hazard</style><text>mean field</text></svg>\
                    <p>no</p></figure><div class=\"table\"><table><td>unsound</td></table></div><p><code>drift</code></p>";
        let told = explained(page);
        let notes: Vec<&str> = told.split("<p class=\"words\">").skip(1).collect();
        assert_eq!(notes.len(), 3, "{told}");
        assert!(
            told.starts_with("<h1>Beliefs</h1><p>One.</p><p class=\"words\"><dfn>belief</dfn>: one thing"),
            "{told}"
        );
        assert!(
            notes[1].starts_with("<dfn>mean field</dfn>: the loop") && told.contains("</figure><p class=\"words\">")
        );
        assert!(notes[2].starts_with("<dfn>unsound</dfn>: right") && !told.contains("<dfn>sound</dfn>"));
        assert!(!told.contains("<dfn>hazard</dfn>") && !told.contains("<dfn>drift</dfn>"));
    }

    #[test]
    fn no_text_is_lost() {
        for page in ["", "plain", "<p>a</p> tail", "<p>broken <b"] {
            assert_eq!(explained(page), page);
        }
    }
}

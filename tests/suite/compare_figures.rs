//! Figures and page of a comparison: titles say what the numbers say, praise nothing that fails, and stay legible with many designs.

use runaway::analytic::SolvedDesign;
use runaway::claims::{ClaimResults, weigh};
use runaway::plan::{self, ComparedDesign, ComparisonSettings, DesignComparison};
use runaway::provenance::Provenance;
use runaway::report::words::{number, percent, probability};
use runaway::report::{Figure, designs};
use runaway::scenario::{FileClaims, Origin, PublishedRole, Scenario, ScenarioFile};

/// A loop that fails within a few generations unless it is checked.
const LOOP: &str = "name = \"loop\"\nexamples = 40\nhorizon = 30\n[errors]\namplification = 20\nrecovery = 0.02\n";
const PRICES: &str = "[cost]\nunit = \"steps\"\nper_step = 1\n";

fn check(caught: f64) -> String {
    format!(
        "[[design]]\nname = \"checks that catch {caught} of the mistakes\"\nset = {{ filter = [{{ kind = \"steps\", sensitivity = \
         {caught}, per_check_step = 1 }}] }}\n"
    )
}

struct Drawn {
    comparison: DesignComparison,
    figures: Vec<Figure>,
    page: String,
}

fn drawn(text: &str) -> Drawn {
    drawn_with(text, &FileClaims::default())
}

fn drawn_with(text: &str, stated: &FileClaims) -> Drawn {
    let base = Scenario::parse(text, Origin::Text, &[]).unwrap();
    let solved: Vec<SolvedDesign> =
        ScenarioFile::parse(text, Origin::Text, &[]).unwrap().designs.into_iter().map(SolvedDesign::new).collect();
    let evidence = weigh(&base, &solved, stated);
    let comparison =
        plan::compare_solved(&solved, ComparisonSettings { replicates: 50, seed: 3 }, None, &|_| {}).unwrap();
    draw(comparison, &evidence, &base)
}

fn draw(comparison: DesignComparison, evidence: &ClaimResults, base: &Scenario) -> Drawn {
    let provenance = Provenance::new(base, "runaway compare".to_owned());
    let figures = designs::figures(&comparison, evidence, &provenance).unwrap();
    let page = String::from_utf8(designs::render(&comparison, evidence, None, &provenance).unwrap().html).unwrap();
    Drawn { comparison, figures, page }
}

impl Drawn {
    fn figure(&self, name: &str) -> &Figure {
        self.figures.iter().find(|figure| figure.name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn has(&self, name: &str) -> bool {
        self.figures.iter().any(|figure| figure.name == name)
    }

    fn best(&self, value: impl Fn(&ComparedDesign) -> f64) -> (f64, &ComparedDesign) {
        let best = self.comparison.designs.iter().min_by(|a, b| value(a).total_cmp(&value(b))).unwrap();
        (value(best), best)
    }
}

/// The numbers and names of the titles, from the designs themselves; whatever fails is said to.
fn titles_are_true(drawn: &Drawn) {
    let caveat = |one: &ComparedDesign| {
        format!(
            "(fails within the horizon in {} of runs)",
            probability(one.failed_by_horizon, one.failed_by_horizon_error.unwrap_or(0.0))
        )
    };
    let praises = |title: &str, (value, one): (f64, &ComparedDesign)| {
        let named = title.contains(&format!("“{}”", one.name));
        assert!(named && title.contains(&percent(value, 3)), "{title}: {} {value}", one.name);
        assert_eq!(title.contains(&caveat(one)), one.failed_by_horizon > 0.5, "{title}");
    };
    praises(&drawn.figure("error").title, drawn.best(|one| *one.error.last().unwrap()));
    let learned = |one: &ComparedDesign| one.account.now.flows.iter().map(|flow| flow.learned).sum();
    praises(&drawn.figure("flows").title, drawn.best(learned));
    let lasting = drawn.comparison.designs.iter().filter(|one| one.failed_by_horizon < 0.5).count();
    let title = &drawn.figure("survival").title;
    if !title.starts_with("No design is likelier than ") || !title.contains(" to fail ") {
        let expected = match lasting {
            0 => "No design is".to_owned(),
            1 if drawn.comparison.designs.len() > 1 => "One of ".to_owned(),
            some if some == drawn.comparison.designs.len() => "Every design is".to_owned(),
            some => format!("{some} of "),
        };
        assert!(title.starts_with(&expected), "{title}: {lasting}");
    }
    if drawn.has("runway-against-cost") && lasting == 0 {
        let title = &drawn.figure("runway-against-cost").title;
        let longest = drawn.best(|one| -one.expected_runway.unwrap());
        assert!(title.starts_with("Every design here is likelier than not to fail"), "{title}");
        assert!(title.contains(&format!("“{}” lasts longest, {}", longest.1.name, number(-longest.0, 3))), "{title}");
    }
}

#[test]
fn titles_say_what_the_numbers_say() {
    for (priced, caught) in [
        (PRICES, &[0.1, 0.2][..]),
        (PRICES, &[0.0, 0.3, 0.5, 0.7]),
        ("", &[0.4, 0.9]),
        (PRICES, &[0.8]),
        (PRICES, &[0.05, 0.95]),
    ] {
        let text: String = caught.iter().map(|&caught| check(caught)).collect();
        // A check without prices must not name any.
        let text = if priced.is_empty() { text.replace(", per_check_step = 1", "") } else { text };
        titles_are_true(&drawn(&format!("{LOOP}{priced}{text}").replace(" of the mistakes", "")));
    }
}

#[test]
fn failed_designs_are_not_praised() {
    let drawn = drawn(&format!(
        "{LOOP}step_error = 0.006\n{PRICES}[[design]]\nname = \"1\"\n[[design]]\nname = \"2 of 3\"\nset = {{ vote.candidates = 3 }}\n"
    ));
    assert!(drawn.comparison.designs.iter().all(|one| one.failed_by_horizon > 0.9));
    titles_are_true(&drawn);
    assert!(drawn.page.contains("Every design is likelier than not to fail within its horizon"), "the headline");
    // The rows of the bars are named, not numbered: a name that is a number stays one.
    assert!(drawn.figure("flows").svg.contains(">\n2 of 3\n<"));
}

/// E[T] of 10²⁰ horizons makes no axis, and safe loops no flat figure.
#[test]
fn safe_designs_have_no_void_figures() {
    let safe =
        drawn(&format!("{LOOP}{PRICES}{}{}", check(0.95), check(0.99)).replace("examples = 40", "examples = 60"));
    let worst = safe
        .comparison
        .designs
        .iter()
        .map(|one| one.failed_by_horizon + one.failed_by_horizon_error.unwrap())
        .fold(0.0, f64::max);
    assert!(safe.comparison.designs.iter().all(|one| one.expected_runway.unwrap() > 1e12));
    let survival = safe.figure("survival");
    let expected = format!("No design is likelier than {} to fail within 30 generations", percent(worst, 3));
    assert!(survival.title == expected && !survival.svg.contains("polyline"), "{}", survival.title);
    let pareto = safe.figure("runway-against-cost");
    assert!(
        pareto.title.starts_with("All 2 designs last more than 1000 × the horizon; the cheapest of them"),
        "{}",
        pareto.title
    );
    let prices = safe.comparison.designs.iter().map(|one| one.cost.as_ref().unwrap().per_sustained_generation.unwrap());
    let cheapest = number(prices.fold(f64::MAX, f64::min), 3);
    assert!(pareto.title.contains(&format!("{cheapest} steps")) && pareto.svg.contains("Drawn at 1000 × the horizon"));
    assert!(!pareto.svg.contains("10¹"), "an axis beyond the cap");
    let flawless = drawn(
        &format!("{LOOP}{PRICES}[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\n")
            .replace("[errors]", "[errors]\nstep_error = 0"),
    );
    for figure in &flawless.figures {
        assert!(!figure.svg.contains("polyline") && !figure.title.contains('“'), "{}", figure.title);
    }
    assert_eq!(flawless.figures.len(), 4);
}

#[test]
fn twenty_designs_stay_legible() {
    let text: String = (0..20).map(|index| check(f64::from(4 * index) / 100.0)).collect();
    let drawn = drawn(&format!("{LOOP}{PRICES}{text}"));
    for name in ["survival", "error"] {
        let svg = &drawn.figure(name).svg;
        assert!(
            svg.contains(">\n14 others\n<")
                && svg.contains("Named are the baseline and the 5 designs that last longest")
        );
        for caught in [0.0, 0.6, 0.64, 0.68, 0.72, 0.76] {
            assert!(svg.contains(&format!("checks that catch {caught} of the mistakes\n")), "{name}: {caught}");
        }
    }
    let labels: Vec<&str> = drawn.figure("flows").svg.lines().filter(|line| line.ends_with("the mistakes")).collect();
    let mut apart = labels.clone();
    apart.sort_unstable();
    apart.dedup();
    assert_eq!((labels.len(), apart.len()), (20, 20), "{labels:?}");
    // No table of the page grows with the number of designs.
    for head in drawn.page.split("<thead>").skip(1) {
        let columns = head.split("</thead>").next().unwrap().matches("<th ").count();
        assert!(columns <= 9, "{columns} columns");
    }
    assert!(drawn.page.contains("data-label=\"Fails within the horizon (%)\""));
}

#[test]
fn free_truth_is_told_on_the_figure() {
    let text = format!(
        "{LOOP}{PRICES}[[design]]\nname = \"none\"\n[[design]]\nname = \"truth\"\nset = {{ learning.anchor = 0.3 }}\n"
    );
    assert!(
        drawn(&text).figure("runway-against-cost").svg.contains("Truth is free here: its price is missing in truth.")
    );
    let paid = text.replace("per_step = 1", "per_step = 1\nper_true_example = 100");
    assert!(!drawn(&paid).figure("runway-against-cost").svg.contains("Truth is free"));
}

/// Published values stand beside the model's, fitted and predicted apart, the largest miss of the predictions in the title.
#[test]
fn published_values_are_drawn_against_the_model() {
    for name in ["code", "multiplication-labels", "multiplication-rounds", "process-feedback", "r-zero", "sector"] {
        let path = format!("models/published/{name}.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let stated = ScenarioFile::load(path.as_ref(), &[]).unwrap().stated;
        let text = if text.contains("[[design]]") { text } else { format!("{text}\n[[design]]\nname = \"itself\"\n") };
        let drawn = drawn_with(&text, &stated);
        let figure = drawn.figure("published");
        let role = |role: PublishedRole| stated.published.iter().filter(|one| one.role == role).count();
        assert_eq!(figure.svg.contains("model, fitted"), role(PublishedRole::Fitted) > 0, "{name}");
        assert_eq!(figure.svg.contains("model, predicted"), role(PublishedRole::Predicted) > 0, "{name}");
        let base = Scenario::parse(&text, Origin::Text, &[]).unwrap();
        let solved: Vec<SolvedDesign> =
            ScenarioFile::parse(&text, Origin::Text, &[]).unwrap().designs.into_iter().map(SolvedDesign::new).collect();
        let predicted = weigh(&base, &solved, &stated)
            .published
            .into_iter()
            .filter(|one| one.published.role == PublishedRole::Predicted);
        let miss = predicted.map(|one| (one.found.unwrap() - one.published.value).abs()).fold(f64::NAN, f64::max);
        if role(PublishedRole::Predicted) > 0 {
            assert!(
                figure.title.contains(&format!("by {} percentage points", number(100.0 * miss, 3))),
                "{}",
                figure.title
            );
        } else {
            assert!(figure.title.contains("nothing is predicted"), "{}", figure.title);
        }
        assert!(drawn.page.contains("Published values beside the model"));
    }
}

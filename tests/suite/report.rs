//! The report side on small closed-form results: what it says, that it draws everything, and that it does so twice alike.

use runaway::analytic::{
    BestGeneration, ByGeneration, Curves, FreshMistakes, ParameterThreshold, Regime, RestingHazard, Runway, Solution,
    Undefined,
};
use runaway::compare::{AgreementTest, AgreementVerdict, DeviationUnit};
use runaway::explain::MistakeAccount;
use runaway::provenance::Provenance;
use runaway::report::{self, ReportInputs, ReportView};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{Engine, RestrictedRunway, Simulated};

/// Results that hang together: the runway is logistic around `middle`, and so is the error, times `scale`.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub horizon: u64,
    pub middle: f64,
    pub spread: f64,
    pub scale: f64,
    pub regime: Regime,
    pub unsound: bool,
}

impl Shape {
    pub const AVALANCHE: Self =
        Self { horizon: 60, middle: 16.7, spread: 0.7, scale: 1.0, regime: Regime::Avalanche, unsound: false };

    pub fn scenario(self, more: &str) -> Scenario {
        let text = format!("name = \"loop\"\nhorizon = {}\n{more}", self.horizon);
        Scenario::parse(&text, Origin::Text, &[]).unwrap()
    }

    fn failed(self, generation: u64) -> f64 {
        if generation == 0 { 0.0 } else { logistic((generation as f64 + 0.5 - self.middle) / self.spread) }
    }

    fn error(self, generation: u64) -> f64 {
        self.scale * (0.04 + 0.92 * logistic((generation as f64 - self.middle) / (4.0 * self.spread)))
    }

    pub fn solution(self) -> Solution {
        let generations: Vec<u64> = (0..=self.horizon).collect();
        let curve = |factor: f64| -> Vec<f64> {
            generations.iter().map(|&g| (factor * self.error(g)).min(1.0)).collect::<Vec<_>>()
        };
        let failed: Vec<f64> = generations.iter().map(|&g| self.failed(g)).collect();
        let unsound = if self.unsound { 0.3 } else { 0.0 };
        let growing = self.regime == Regime::Avalanche;
        let curves = made!(Curves {
            survival: failed.iter().map(|failed| 1.0 - failed).collect::<Vec<_>>(),
            failed: failed,
            expected_error: curve(1.0),
            sd_error: curve(0.1),
            reach_error: curve(0.5),
            error_q05: curve(0.85),
            error_q50: curve(1.0),
            error_q95: curve(1.15),
            mean_unsound: curve(unsound),
            mean_wrong: curve(0.6),
            expected_yield: vec![0.9; generations.len()]
        });
        let mut solution = made!(Solution {
            reproduction_number: Some(if growing { 1.047_336_75 } else { 0.778_898_89 }),
            next_generation_matrix: Some([[0.0, 0.0], [0.0, 1.047_336_75]]),
            fresh: Some(made!(FreshMistakes { unsound: 0.0, wrong: 0.024_923_142_29 })),
            regime: Some(self.regime),
            doubling_time: growing.then_some(14.985),
            half_life: (!growing).then_some(2.774),
            floor_error: (!growing).then_some(0.067_711),
            tipping_error: (!growing).then_some(0.312),
            start_error: self.error(0),
            start_yield: 0.96,
            mean_field_error: curve(1.05),
            mean_field_unsound: curve(unsound),
            mean_field_wrong: curve(0.6),
            generations: generations,
            best: made!(BestGeneration { generation: 0, error: self.error(0) }),
            runway: made!(Runway {
                mean: Some(self.middle),
                sd: Some(1.8 * self.spread),
                q05: Some((self.middle - 3.0 * self.spread).ceil().max(0.0)),
                q50: Some(self.middle.ceil()),
                q95: Some((self.middle + 3.0 * self.spread).ceil()),
                restricted_mean: Some(self.middle.min(self.horizon as f64)),
                ever_fails: Some(1.0),
                never_fails: Some(0.0),
                ever_fails_error: Some(0.0),
            }),
            thresholds: vec![made!(ParameterThreshold {
                parameter: "task.steps",
                meaning: "largest number of steps with R < 1",
                present: Some(20.0),
                value: Some(17.0),
            })],
            method: "closed form",
            undefined: Undefined::from([(
                "quasi_stationary".to_owned(),
                "an avalanche has no lasting state".to_owned(),
            )]),
            warnings: Vec::<String>::new()
        });
        solution.curves = Some(curves);
        solution
    }

    pub fn simulated(self) -> Simulated {
        let replicates = 2000;
        let generations: Vec<u64> = (0..=self.horizon).collect();
        let alive: Vec<u64> =
            generations.iter().map(|&g| ((1.0 - self.failed(g)) * replicates as f64).round() as u64).collect();
        let failures = std::iter::once(replicates - alive[0]).chain(alive.windows(2).map(|pair| pair[0] - pair[1]));
        let curve = |factor: f64| -> Vec<f64> {
            generations.iter().map(|&g| (factor * self.error(g)).min(1.0)).collect::<Vec<_>>()
        };
        let runs = 0..8_u64;
        made!(Simulated {
            replicates: replicates,
            seed: 20_260_101,
            engine: Engine::Counts,
            survival: alive.iter().map(|&alive| alive as f64 / replicates as f64).collect::<Vec<_>>(),
            failures: failures.collect::<Vec<_>>(),
            mean_error: curve(1.01),
            se_error: curve(0.01),
            mean_unsound: curve(if self.unsound { 0.3 } else { 0.0 }),
            se_unsound: curve(if self.unsound { 0.003 } else { 0.0 }),
            mean_wrong: curve(0.6),
            se_wrong: curve(0.006),
            mean_yield: vec![0.9; self.horizon as usize],
            se_yield: vec![1e-4; self.horizon as usize],
            best_generation: (0..=self.horizon).map(|g| if g == 0 { replicates } else { 0 }).collect::<Vec<_>>(),
            runway: made!(RestrictedRunway { restricted_mean: 16.68, se: 0.03, censored: *alive.last().unwrap() }),
            starved: 0,
            sample_runs: runs
                .map(|run| {
                    generations
                        .iter()
                        .map(|&g| (self.error(g) * (0.85 + 0.3 * noise(run, g))).min(1.0))
                        .collect::<Vec<_>>()
                })
                .collect::<Vec<_>>(),
            generations: generations
        })
    }

    pub fn verdict(self) -> AgreementVerdict {
        let count = self.horizon + 1;
        made!(AgreementVerdict {
            agree: true,
            level: 1e-3,
            reference: "the exact solution",
            replicates: 2000,
            sentence: "Analytic and simulated results agree (3 tests, family-wise level 0.001)",
            tests: vec![made!(AgreementTest {
                quantity: "mean error",
                level: 5e-4,
                deviation: 2.4,
                critical: 4.5,
                unit: DeviationUnit::StandardErrors,
                generation: Some(7),
                passed: true
            })],
            standardised: (0..count).map(|g| (g > 0).then(|| 5.0 * noise(99, g) - 2.5)).collect::<Vec<_>>(),
            critical: (0..count).map(|g| (g > 0).then_some(4.5)).collect::<Vec<_>>(),
            survival_band: 0.04
        })
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Numbers in [0, 1) without an order to the eye.
fn noise(run: u64, generation: u64) -> f64 {
    let mixed = (run * 7919 + generation + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / (1_u64 << 24) as f64
}

/// Everything that a report can be made from, owned.
pub struct Made {
    pub scenario: Scenario,
    pub provenance: Provenance,
    pub solution: Solution,
    pub simulated: Option<Simulated>,
    pub verdict: Option<AgreementVerdict>,
}

impl Made {
    pub fn of(shape: Shape) -> Self {
        let scenario = shape.scenario("");
        Self {
            provenance: Provenance::new(&scenario, "runaway report loop.toml".to_owned()),
            scenario,
            solution: shape.solution(),
            simulated: Some(shape.simulated()),
            verdict: Some(shape.verdict()),
        }
    }

    pub fn analytic(shape: Shape) -> Self {
        Self { simulated: None, verdict: None, ..Self::of(shape) }
    }

    pub fn inputs(&self) -> ReportInputs<'_> {
        ReportInputs {
            scenario: &self.scenario,
            provenance: &self.provenance,
            solution: &self.solution,
            simulated: self.simulated.as_ref(),
            verdict: self.verdict.as_ref(),
            account: None,
            safety: None,
            posterior: None,
            sensitivity: None,
        }
    }
}

/// Loops at the edges of what can be asked, by name.
pub fn edges() -> Vec<(&'static str, Made)> {
    let usual = Shape::AVALANCHE;
    let healing = Shape { regime: Regime::Healing, middle: 7.155_806_793_04e28, spread: 1e27, ..usual };
    let flat = |value: f64, made: &mut Made| {
        let curves = made.solution.curves.as_mut().unwrap();
        let mut all =
            [&mut curves.expected_error, &mut curves.error_q05, &mut curves.error_q95, &mut curves.mean_wrong];
        all.iter_mut().for_each(|curve| curve.fill(value));
        made.solution.mean_field_error.fill(value);
    };
    let mut still = Made::analytic(healing);
    flat(0.0, &mut still);
    still.solution.curves.as_mut().unwrap().failed.fill(0.0);
    still.solution.curves.as_mut().unwrap().survival.fill(1.0);
    let mut at_once = Made::analytic(Shape { scale: 20.0, ..usual });
    at_once.solution.runway = made!(Runway { mean: Some(0.0), q50: Some(0.0) });
    at_once.solution.curves.as_mut().unwrap().failed.fill(1.0);
    at_once.solution.curves.as_mut().unwrap().survival.fill(0.0);
    let mut played_only = Made::of(Shape { unsound: true, ..usual });
    played_only.solution.curves = None;
    played_only.solution.runway = Runway::default();
    played_only.solution.undefined =
        Undefined::from([("runway".to_owned(), "no exact solver reaches this loop".to_owned())]);
    let mut bare = Made::analytic(usual);
    bare.solution.curves = None;
    bare.solution.runway = Runway::default();
    let mut broken = Made::of(Shape { horizon: 12, ..usual });
    broken.solution.curves.as_mut().unwrap().expected_error.fill(f64::NAN);
    broken.solution.mean_field_error.truncate(3);
    broken.solution.runway = Runway::default();
    (broken.solution.runway.mean, broken.solution.runway.sd) = (Some(f64::INFINITY), Some(f64::NAN));
    broken.verdict.as_mut().unwrap().standardised[3] = Some(f64::INFINITY);
    broken.simulated.as_mut().unwrap().sample_runs.clear();
    let mut disagree = Made::of(usual);
    let verdict = disagree.verdict.as_mut().unwrap();
    (verdict.agree, verdict.tests[0].passed) = (false, false);
    verdict.sentence =
        "Analytic and simulated results differ: mean error at generation 9 by 12.3 standard errors".to_owned();
    verdict.standardised[9] = Some(12.3);
    let mut changing = Made::analytic(Shape { unsound: true, ..usual });
    changing.solution.by_generation = Some(made!(ByGeneration {
        reproduction_number: (0..=60).map(|g| Some(0.8 + 0.01 * f64::from(g))).collect::<Vec<_>>(),
        floor_error: [None::<f64>; 61].to_vec(),
        tipping_error: [None::<f64>; 61].to_vec()
    }));
    let mut healed = Made::of(healing);
    healed.solution.quasi_stationary = Some(made!(RestingHazard {
        hazard: 1.397e-29,
        mean_error: 0.0677,
        error: Vec::<f64>::new(),
        probability: Vec::<f64>::new()
    }));
    vec![
        ("usual", Made::of(usual)),
        ("healing", healed),
        ("horizon-1", Made::of(Shape { horizon: 1, middle: 0.9, ..usual })),
        ("horizon-10000", Made::of(Shape { horizon: 10_000, middle: 4800.0, spread: 600.0, unsound: true, ..usual })),
        ("still", still),
        ("tiny", Made::of(Shape { scale: 1e-12, ..healing })),
        ("small", Made::of(Shape { scale: 4e-3, unsound: true, ..healing })),
        ("at-once", at_once),
        ("played-only", played_only),
        ("bare", bare),
        ("broken", broken),
        ("disagree", disagree),
        ("changing", changing),
    ]
}

/// Checks that tags nest, attributes are quoted and no bare ampersand or control character remains.
fn assert_well_formed(name: &str, document: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        assert_entities(name, &rest[..start]);
        let end = start + rest[start..].find('>').unwrap_or_else(|| panic!("{name}: a tag is not closed"));
        let tag = &rest[start + 1..end];
        assert_entities(name, tag);
        assert!(!tag.contains('<') && tag.matches('"').count().is_multiple_of(2), "{name}: <{tag}>");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{name}: {open:?} left open");
}

fn assert_entities(name: &str, text: &str) {
    for (at, _) in text.match_indices('&') {
        let known = ["&lt;", "&gt;", "&amp;", "&quot;", "&apos;"];
        assert!(known.iter().any(|entity| text[at..].starts_with(entity)), "{name}: bare & in {text:?}");
    }
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{name}: control character in {text:?}");
}

/// With ordinary spaces, for comparison.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn every_figure_is_drawn_at_every_edge() {
    for (name, made) in edges() {
        let figures = report::figures(&made.inputs()).unwrap();
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        let expected: &[&str] = match name {
            "bare" => &["error", "composition"],
            _ if made.verdict.is_none() => &["error", "survival", "runway-law", "composition"],
            _ => &["error", "survival", "runway-law", "composition", "agreement"],
        };
        assert_eq!(names, expected, "{name}");
        for figure in figures {
            let label = format!("{name}/{}", figure.name);
            assert_well_formed(&label, &figure.svg);
            assert!(!figure.title.is_empty() && !figure.caption.is_empty(), "{label}");
            assert!(!figure.svg.contains("NaN") && !figure.svg.contains(" id="), "{label}");
            assert!(figure.svg.len() < 400_000, "{label}: {} bytes", figure.svg.len());
        }
    }
}

#[test]
fn mistakes_are_drawn_and_tabled_where_they_are_accounted_for() {
    let made = Made::of(Shape::AVALANCHE);
    for more in
        ["", "[errors]\nrecovery = 0.1\n[vote]\ncandidates = 3\n[[filter]]\nkind = \"steps\"\nsensitivity = 0.5\n"]
    {
        let account = MistakeAccount::of(&Shape::AVALANCHE.scenario(more));
        let inputs = ReportInputs { account: Some(&account), ..made.inputs() };
        let figures = report::figures(&inputs).unwrap();
        let flows = figures.iter().find(|figure| figure.name == "flows").unwrap();
        assert_well_formed("flows", &flows.svg);
        assert!(flows.svg.contains("fresh random") && !flows.svg.contains("NaN"));
        let page = String::from_utf8(report::render(&inputs).unwrap().html).unwrap();
        assert!(page.contains("Mistakes at generation 0") && page.contains("What votes would catch"));
        assert_eq!(page.contains("<th scope=\"col\">fresh unsound</th>"), !more.is_empty());
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    for (name, made) in edges() {
        assert_eq!(report::render(&made.inputs()).unwrap(), report::render(&made.inputs()).unwrap(), "{name}");
    }
}

#[test]
fn titles_state_the_numbers_of_the_results() {
    let made = Made::of(Shape::AVALANCHE);
    let figures = report::figures(&made.inputs()).unwrap();
    let titles: Vec<String> = figures.iter().map(|figure| plain(&figure.title)).collect();
    let expected = [
        "75.8 % of all runs have failed by generation 17",
        "75.8 % of all runs have failed by generation 17; expected runway 16.7 generations",
        "Failure is likeliest at generation 17 (probability 32.9 %)",
        "57.6 % of beliefs are wrong at generation 60",
        "Simulation agrees: mean error within 2.42 standard errors of the expected",
    ];
    assert_eq!(titles, expected);
    // Titles may be broken over lines, but every word of them is in the figure.
    for figure in &figures {
        for word in figure.title.split(' ') {
            assert!(figure.svg.contains(word), "{word:?} of {:?} is not drawn", figure.title);
        }
    }
}

#[test]
fn the_finding_leads_with_the_bad_news() {
    let told: Vec<String> = edges()
        .iter()
        .map(|(name, made)| {
            let view = ReportView::new(&made.inputs());
            let alarms: String = view.alarms.iter().map(|alarm| format!("! {alarm}\n")).collect();
            plain(&format!("[{name}]\n{alarms}> {}\n{}\n", view.headline, view.finding.join("\n")))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn the_view_is_complete_and_pinned() {
    let made = Made::of(Shape { horizon: 3, ..Shape::AVALANCHE });
    let mut view = ReportView::new(&made.inputs());
    // Provenance names the program's version, which is not to break this test.
    assert_eq!(view.provenance.height(), 6);
    view.provenance.columns.clear();
    insta::assert_snapshot!(plain(&serde_json::to_string_pretty(&view).unwrap()));
}

#[test]
fn every_key_of_a_scenario_is_listed_with_its_meaning() {
    let scenario = Shape::AVALANCHE.scenario(
        "source = \"here\"\n[errors]\nwrong_answers = 50\n[[filter]]\nkind = \"outcome\"\nsensitivity = 0.4\n\
         [[filter]]\nkind = \"ground-truth\"\ncoverage = 0.1\n",
    );
    let made = Made { scenario, ..Made::analytic(Shape::AVALANCHE) };
    let view = ReportView::new(&made.inputs());
    assert!(view.parameters.rows().all(|row| !row[2].is_empty() || row[0] == "filter.1.steps"));
    let keys: Vec<&str> = view.parameters.rows().map(|row| row[0]).collect();
    assert_eq!(&keys[..3], ["name", "source", "examples"]);
    assert!(keys.ends_with(&["filter.1.coverage", "filter.1.kind", "filter.1.steps"]), "{keys:?}");
    assert_eq!(keys.len(), 29);
}

#[test]
fn the_page_leads_with_the_finding_and_needs_no_other_file() {
    let made = Made::of(Shape::AVALANCHE);
    let page = String::from_utf8(report::render(&made.inputs()).unwrap().html).unwrap();
    for outside in ["<script", "<link", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(outside), "the page asks for {outside}");
    }
    // Each figure twice: for wide and for narrow screens.
    assert_eq!(page.matches("<svg").count(), 10);
    assert_eq!(page.matches("role=\"img\" aria-label=\"").count(), 10);
    assert_eq!(page.matches("class=\"plot narrow\"").count(), 5);
    assert!(page.contains("prefers-color-scheme:dark"));
    assert_eq!(page.matches("<dfn>belief</dfn>").count(), 1);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    let header = &page[page.find("<header>").unwrap()..page.find("</header>").unwrap()];
    insta::assert_snapshot!(plain(&header.replace("><", ">\n<")));
}

#[test]
fn hostile_texts_are_escaped() {
    let mut made = Made::of(Shape::AVALANCHE);
    let hostile = "</p><script>alert('x')</script> & \"quotes\" \u{0} \u{7}]]>";
    // No scenario has a hostile name; where its numbers come from may be anything.
    made.scenario = made.scenario.with("source", hostile).unwrap();
    made.provenance.command = hostile.into();
    made.solution.warnings = vec![hostile.into()];
    made.solution.thresholds[0].parameter = hostile.into();
    made.solution.undefined.insert("floor_error".into(), hostile.into());
    made.verdict.as_mut().unwrap().reference = hostile.into();
    made.verdict.as_mut().unwrap().sentence = hostile.into();
    let made_of_it = report::render(&made.inputs()).unwrap();
    let page = String::from_utf8(made_of_it.html).unwrap();
    assert!(!page.contains("<script") && !page.contains("\"quotes\""));
    assert!(page.contains("&lt;script&gt;alert('x')&lt;/script&gt; &amp; &quot;quotes&quot;"));
    for (name, svg) in made_of_it.figures {
        assert_well_formed(&name, &String::from_utf8(svg).unwrap());
    }
}

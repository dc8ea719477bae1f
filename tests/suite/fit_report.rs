//! The report of a fit: what leads, that everything is drawn, and that it is drawn twice alike.

use runaway::fit::{FailureThreshold, FitOptions, Fitted, Log, LogFit, Measurement, SamplerConfig};
use runaway::provenance::{LogProvenance, digest_bytes};
use runaway::report::fit::{FitInputs, render, words};

const SHORT: SamplerConfig = SamplerConfig { ensembles: 2, walkers: 24, sweeps: 30 };

/// A log whose error stays, grows or has failed.
fn log(wrong: &[u64]) -> Log {
    let rows: String = wrong.iter().enumerate().map(|(g, wrong)| format!("{g},400,{wrong}\n")).collect();
    Log::parse(format!("generation,evaluated,wrong\n{rows}").as_bytes(), "loop <1>.csv").unwrap()
}

fn rendered(log: &Log, options: &FitOptions) -> (LogFit, Vec<(String, Vec<u8>)>, String) {
    let fitted = Fitted::new(log, options).unwrap();
    let (mut fit, advised) = (fitted.answer(), fitted.advise(&fitted.measurements()));
    // Of so short a sampling nothing is claimed but that it is drawn; a fit that has not settled is not.
    fit.mixing.iter_mut().for_each(|mixing| mixing.r_hat = 1.0);
    let weighed = fitted.weigh_variants().unwrap();
    let provenance =
        LogProvenance::new(vec![("loop <1>.csv".to_owned(), digest_bytes(b"bytes"))], 1, "runaway fit".to_owned());
    let inputs = FitInputs {
        fit: &fit,
        run: &log.runs[0],
        advised: Some(&advised),
        weighed: Some(&weighed),
        provenance: &provenance,
    };
    let (one, other) = (render(&inputs).unwrap(), render(&inputs).unwrap());
    assert_eq!(one, other);
    (fit.clone(), one.figures, String::from_utf8(one.html).unwrap())
}

#[test]
fn the_finding_leads_and_everything_is_drawn() {
    let options = FitOptions { effort: SHORT, paths: 200, horizon: 12, ..FitOptions::default() };
    for (wrong, finding) in [
        (&[40, 60, 90, 130, 170][..], "Median remaining runway"),
        (&[8, 9, 8, 7, 8, 9][..], "The remaining runway is more than 12 generations with probability"),
        (
            &[150, 180, 240][..],
            "The loop has failed already: generation 2 measured 60\u{a0}% wrong, and 50\u{a0}% is failure.",
        ),
    ] {
        let (fit, figures, html) = rendered(&log(wrong), &options);
        assert!(words::headline(&fit).starts_with(finding), "{}", words::headline(&fit));
        let names: Vec<&str> = figures.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["fan.svg", "survival.svg", "reproduction.svg", "parameters.svg"]);
        let (heading, first_figure) = (html.find("<h1>").unwrap(), html.find("<svg").unwrap());
        assert!(html[heading..first_figure].contains(finding));
        // The log names no run.
        let subject = format!("<p class=\"source\">loop &lt;1&gt;.csv, generations 0 to {}</p>", wrong.len() - 1);
        assert!(html.contains(&subject), "{}", &html[heading..first_figure]);
        for section in [
            "Which generation to keep",
            "What to measure next",
            "What the data cannot determine",
            "Does the model fit?",
        ] {
            assert!(html.contains(section), "{section}");
        }
        for (name, svg) in &figures {
            let svg = std::str::from_utf8(svg).unwrap();
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && !svg.contains("NaN"), "{name}");
        }
    }
}

#[test]
fn a_threshold_out_of_reach_and_fixed_parameters_are_drawn_too() {
    let fixed = ["amplification", "persistence", "imprint", "inherited", "error", "pass_random", "pass_systematic"];
    let fixed = fixed.map(|key| (key.to_owned(), runaway::fit::WrittenPrior { median: 0.5, spread: 0.0 }));
    let options = FitOptions {
        effort: SHORT,
        paths: 100,
        horizon: 1,
        threshold: FailureThreshold::ErrorRate(1.0),
        priors: fixed.into(),
        ..FitOptions::default()
    };
    let (fit, figures, _) = rendered(&log(&[190, 200]), &options);
    assert_eq!(fit.runway.median, None);
    // R may have no spread left to show.
    assert!(
        figures.iter().any(|(name, _)| name == "fan.svg") && figures.iter().any(|(name, _)| name == "parameters.svg")
    );
}

#[test]
fn audits_that_were_made_are_not_advised_again() {
    let options = FitOptions { effort: SHORT, paths: 100, horizon: 3, ..FitOptions::default() };
    let header = "generation,evaluated,wrong,generated,kept,audited,kept_wrong\n";
    let offered = |rows: &str| {
        let log = Log::parse(format!("{header}{rows}").as_bytes(), "log").unwrap();
        Fitted::new(&log, &options).unwrap().measurements()
    };
    let audits = |offered: Vec<Measurement>| offered.iter().filter(|one| matches!(one, Measurement::Audit(_))).count();
    assert_eq!(audits(offered("0,300,30,200,150,,\n1,300,40,200,150,,\n")), 2);
    assert_eq!(audits(offered("0,300,30,200,150,,7\n1,300,40,200,150,,9\n")), 0);
    assert_eq!(audits(offered("0,300,30,200,150,50,7\n1,300,40,200,150,50,9\n")), 2);
    // What audits say is not known where it is not known what was kept of what.
    assert_eq!(audits(offered("0,300,30,,,,\n1,300,40,,,,\n")), 0);
}

//! How cost grows with examples, generations, replicates and threads: prints a table, writes `benches/scaling.svg`.
//!
//! `cargo bench --bench scaling`

// A bench that cannot be set up has nothing to time.
#![allow(clippy::expect_used)]

use std::time::Instant;

use plotters::prelude::*;
use runaway::analytic::LawChain;
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{Engine, SimulationSettings, run};

const FIGURE: &str = "benches/scaling.svg";
const REFERENCE: &str = "name = \"reference\"\n[task]\nsteps = 20\n[failure]\nerror_rate = 1\n\
                         [errors]\nstep_error = 0.001\n\
                         [[filter]]\nkind = \"catch\"\nrandom = 0.8\nsystematic = 0.3\nfalse_reject = 0.02\n";

/// Median milliseconds of five rounds.
fn milliseconds(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            work();
            1e3 * begin.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn exact(draws: u64, generations: u64) -> f64 {
    let fresh = 0.001;
    let law = move |x: f64| {
        let shown = 1.6 * x;
        fresh + (1.0 - fresh) * shown * 0.7 / (1.0 - 0.3 * (shown + fresh).min(1.0))
    };
    let chain = LawChain { draws, failing: draws.div_ceil(2), start: 0, law };
    milliseconds(|| {
        chain.runway(generations).expect("a runway");
    })
}

fn simulated(engine: Engine, examples: u64, horizon: u64, replicates: u64, threads: usize) -> f64 {
    let changes = [format!("examples={examples}"), format!("horizon={horizon}")];
    let scenario = Scenario::parse(REFERENCE, Origin::Text, &changes).expect("a scenario");
    let settings = SimulationSettings { replicates, seed: 1, engine, sample_runs: 0 };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    milliseconds(|| {
        pool.install(|| run(&scenario, &settings, &|_| ())).expect("a result");
    })
}

/// A line of the figure: name, and milliseconds by examples.
type Line = (&'static str, Vec<(f64, f64)>);

fn by_examples() -> Vec<Line> {
    let line = |name, sizes: &[u64], cost: &dyn Fn(u64) -> f64| {
        (name, sizes.iter().map(|&n| (n as f64, cost(n))).collect::<Vec<_>>())
    };
    let (small, large) =
        ([100, 1000, 10_000, 100_000], [100, 1000, 10_000, 100_000, 1_000_000, 100_000_000, 1_000_000_000]);
    vec![
        line("exact law of T", &large, &|n| exact(n, 200)),
        line("agents", &small, &|n| simulated(Engine::Agents, n, 200, 2, 1) / 2.0),
        line("agents by events", &large[..5], &|n| simulated(Engine::Events, n, 200, 8, 1) / 8.0),
        line("counts", &large, &|n| simulated(Engine::Counts, n, 200, 64, 1) / 64.0),
    ]
}

fn draw(lines: &[Line]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(FIGURE, (900, 600)).into_drawing_area();
    area.fill(&WHITE)?;
    let title = "Cost of 200 generations grows slowly with the examples, but for agents one by one";
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(20)
        .margin_right(150)
        .x_label_area_size(50)
        .y_label_area_size(80)
        .build_cartesian_2d((80.0..2e9).log_scale(), (5e-3..5e3).log_scale())?;
    let power = |value: &f64| format!("{value:.0e}");
    let mesh = &mut chart.configure_mesh();
    mesh.x_desc("Examples of a generation (N)").y_desc("Milliseconds on one core").label_style(("sans-serif", 15));
    mesh.x_label_formatter(&power).y_label_formatter(&power).light_line_style(WHITE).draw()?;
    // Dark to light and each with its own mark, so that they differ in grey as well.
    let colours = [RGBColor(0, 0, 0), RGBColor(178, 24, 43), RGBColor(33, 102, 172), RGBColor(120, 120, 120)];
    for ((name, points), colour) in lines.iter().zip(colours) {
        chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?;
        chart.draw_series(points.iter().map(|&point| Circle::new(point, 4, colour.filled())))?;
        if let Some(&last) = points.last() {
            let style = ("sans-serif", 15).into_font().color(&colour);
            chart.draw_series([EmptyElement::at(last) + Text::new((*name).to_owned(), (9, -7), style)])?;
        }
    }
    area.present()?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lines = by_examples();
    println!("Milliseconds for 200 generations, one core, by examples\n");
    for (name, points) in &lines {
        let cells: Vec<String> = points.iter().map(|(n, ms)| format!("{n:.0e}: {ms:.3}")).collect();
        println!("{name:18} {}", cells.join("  "));
    }
    println!(
        "\nMilliseconds by generations (exact: 10,000 examples; one replicate of events and of counts at 10,000)\n"
    );
    for generations in [100, 1000, 10_000] {
        let events = simulated(Engine::Events, 10_000, generations, 2, 1) / 2.0;
        let counts = simulated(Engine::Counts, 10_000, generations, 16, 1) / 16.0;
        println!("{generations:6}  exact {:.3}  events {events:.3}  counts {counts:.4}", exact(10_000, generations));
    }
    println!("\nMilliseconds by replicates and threads (counts, 10,000 examples, 200 generations)\n");
    for replicates in [1000, 10_000, 100_000] {
        let [one, two] = [1, 2].map(|threads| simulated(Engine::Counts, 10_000, 200, replicates, threads));
        println!("{replicates:6}  1 thread {one:.1}  2 threads {two:.1}  ratio {:.2}", one / two);
    }
    draw(&lines)?;
    println!("\nwrote {FIGURE}");
    Ok(())
}

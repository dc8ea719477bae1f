//! How long does a loop last? Reads a scenario file, solves it, and checks the solution by simulation.
//!
//! ```sh
//! cargo run --example solve_a_loop
//! ```

use std::error::Error;
use std::path::Path;

use runaway::simulate::{Engine, SimulationSettings};
use runaway::{Scenario, check, solve};

fn main() -> Result<(), Box<dyn Error>> {
    // Overrides are those of `--set`: none here.
    let scenario = Scenario::load(Path::new("models/unverified.toml"), &[])?;
    let solution = solve(&scenario);
    if let (Some(r), Some(mean)) = (solution.reproduction_number, solution.runway.mean) {
        println!("R = {r:.4}: each mistake leaves so many in the next generation.");
        println!("The loop is expected to last {mean:.2} generations.");
    }
    // The same loop played from its description alone, which shares no code with the solution.
    let settings = SimulationSettings { engine: Engine::Events, replicates: 1_000, ..SimulationSettings::default() };
    println!("{}", check(&scenario, &settings)?.sentence);
    Ok(())
}

//! Would a vote help? Builds a loop in code and compares it with itself under a vote.
//!
//! ```sh
//! cargo run --example build_in_code
//! ```

use std::error::Error;

use runaway::plan::ComparisonSettings;
use runaway::scenario::Design;
use runaway::{Scenario, compare};

fn main() -> Result<(), Box<dyn Error>> {
    let plain = Scenario::builder("plain").examples(300).horizon(40).amplification(20.0).consistency(0.9);
    // Wrong answers agree less often than right ones.
    let voted = plain.clone().candidates(5).agree(3).wrong_answers(50);
    let designs = [("no vote", plain), ("3 of 5", voted)];
    let designs: Vec<Design> = designs
        .into_iter()
        .map(|(name, built)| Ok(Design { name: name.to_owned(), scenario: built.build()? }))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let comparison = compare(&designs, ComparisonSettings { replicates: 1_000, seed: 1 }, None)?;
    for design in &comparison.designs {
        println!("{}: {:.2} of 40 generations before failure", design.name, design.restricted_runway);
    }
    Ok(())
}

//! How long will a running loop last? Fits the log of its first generations.
//!
//! ```sh
//! cargo run --example fit_a_log
//! ```

use std::error::Error;

use runaway::fit::{FitOptions, SamplerConfig};
use runaway::{Log, fit};

/// Test problems and wrong answers of each generation; any format that `runaway fit` reads will do.
const LOG: &str = "generation,evaluated,wrong\n0,1000,30\n1,1000,41\n2,1000,60\n3,1000,83\n4,1000,119\n";

fn main() -> Result<(), Box<dyn Error>> {
    let log = Log::parse(LOG.as_bytes(), "my-run.csv")?;
    println!("{}", log.recognised());
    // Quick, for an example; the default samples longer.
    let options = FitOptions { effort: SamplerConfig::BRISK, ..FitOptions::default() };
    let answer = fit(&log, &options)?;
    let runway = &answer.runway;
    match runway.median {
        Some(median) => println!("Half of the forecasts reach {} within {median} generations.", runway.error_rate),
        None => println!("Most forecasts do not reach {} within {} generations.", runway.error_rate, runway.horizon),
    }
    println!("P(no failure in the next {} generations) = {:.2}", runway.horizon, runway.no_failure);
    Ok(())
}

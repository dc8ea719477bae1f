//! What a person writes: every key optional but `name`, unknown keys refused.

use crate::quantity::{Count, Probability, Rate};

use super::draws::{self, Draws};
use super::fault::Fault;
use super::priors::{self, StatedPrior};
use super::reader::Keys;
use super::stated::{Claim, Published, Stated};
use super::{Difficulty, Policy};

#[derive(Debug)]
pub(super) struct Written {
    pub name: String,
    pub source: Option<String>,
    pub examples: Option<Count>,
    pub horizon: Option<Count>,
    pub task: Task,
    pub errors: Errors,
    pub difficulty: Vec<Difficulty>,
    pub learning: Learning,
    pub vote: Vote,
    pub filter: Vec<Filter>,
    pub start: Start,
    pub failure: Failure,
    pub cost: Option<Cost>,
    pub design: Vec<Design>,
    pub stated: Stated,
    pub fit: Fit,
}

impl Written {
    /// Reads the file itself; `nameless` stands in for a name that is missing, where it may be.
    pub fn read(keys: &Keys<'_>, nameless: Option<&str>) -> Result<Self, Fault> {
        Ok(Self {
            source: keys.take("source")?,
            examples: keys.take("examples")?,
            horizon: keys.take("horizon")?,
            task: keys.table("task", Task::read)?,
            errors: keys.table("errors", Errors::read)?,
            difficulty: keys.tables("difficulty", read_difficulty)?,
            learning: keys.table("learning", Learning::read)?,
            vote: keys.table("vote", Vote::read)?,
            filter: keys.tables("filter", Filter::read)?,
            start: keys.table("start", Start::read)?,
            failure: keys.table("failure", Failure::read)?,
            cost: keys.has("cost").then(|| keys.table("cost", Cost::read)).transpose()?,
            design: keys.tables("design", Design::read)?,
            stated: Stated {
                claims: keys.tables("claim", Claim::read)?,
                published: keys.tables("published", Published::read)?,
            },
            fit: keys.table("fit", Fit::read)?,
            name: match nameless {
                Some(name) if !keys.has("name") => name.to_owned(),
                _ => {
                    keys.required("name", "every scenario has a name", "add `name = \"my-loop\"` as the first line")?
                }
            },
        })
    }
}

/// What a file says of fits: thoughts before one, or draws after it.
#[derive(Debug, Default)]
pub(super) struct Fit {
    pub priors: Vec<StatedPrior>,
    pub draws: Draws,
}

impl Fit {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self { priors: priors::read(keys)?, draws: draws::read(keys)? })
    }
}

#[derive(Debug, Default)]
pub(super) struct Task {
    pub steps: Option<Count>,
    pub steps_per_generation: Option<u32>,
}

impl Task {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self { steps: keys.take("steps")?, steps_per_generation: keys.take("steps_per_generation")? })
    }
}

#[derive(Debug, Default)]
pub(super) struct Errors {
    pub step_error: Option<Probability>,
    pub recovery: Option<Probability>,
    pub systematic_share: Option<Probability>,
    pub consistency: Option<Probability>,
    pub amplification: Option<Rate>,
    pub wrong_answers: Option<Count>,
    pub step_error_floor: Option<Probability>,
    pub step_error_gain: Option<Probability>,
    pub erosion: Option<Rate>,
}

impl Errors {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self {
            step_error: keys.take("step_error")?,
            recovery: keys.take("recovery")?,
            systematic_share: keys.take("systematic_share")?,
            consistency: keys.take("consistency")?,
            amplification: keys.take("amplification")?,
            wrong_answers: keys.take("wrong_answers")?,
            step_error_floor: keys.take("step_error_floor")?,
            step_error_gain: keys.take("step_error_gain")?,
            erosion: keys.take("erosion")?,
        })
    }
}

fn read_difficulty(keys: &Keys<'_>) -> Result<Difficulty, Fault> {
    Ok(Difficulty {
        share: keys.required(
            "share",
            "every difficulty has a share of the problems",
            "add `share = 0.5`; all sum to 1",
        )?,
        steps: keys.take("steps")?,
        step_error: keys.take("step_error")?,
        systematic_share: keys.take("systematic_share")?,
        consistency: keys.take("consistency")?,
        wrong_answers: keys.take("wrong_answers")?,
    })
}

#[derive(Debug, Default)]
pub(super) struct Learning {
    pub imprint: Option<Probability>,
    pub persistence: Option<Probability>,
    pub anchor: Option<Probability>,
    pub hazard_gain: Option<Rate>,
    pub renewal: Option<Probability>,
    pub policy: Option<Policy>,
}

impl Learning {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self {
            imprint: keys.take("imprint")?,
            persistence: keys.take("persistence")?,
            anchor: keys.take("anchor")?,
            hazard_gain: keys.take("hazard_gain")?,
            renewal: keys.take("renewal")?,
            policy: keys.take("policy")?,
        })
    }
}

#[derive(Debug, Default)]
pub(super) struct Vote {
    pub candidates: Option<Count>,
    pub agree: Option<Count>,
    pub agree_at_most: Option<Count>,
}

impl Vote {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self {
            candidates: keys.take("candidates")?,
            agree: keys.take("agree")?,
            agree_at_most: keys.take("agree_at_most")?,
        })
    }
}

/// One `[[filter]]` table, before its kind has said which parameters it takes.
#[derive(Debug)]
pub(super) struct Filter {
    pub kind: String,
    pub random: Option<Probability>,
    pub systematic: Option<Probability>,
    pub unsound: Option<Probability>,
    pub false_reject: Option<Probability>,
    pub sensitivity: Option<Probability>,
    pub agreement_on_error: Option<Probability>,
    pub error_rate: Option<Probability>,
    pub invariance: Option<Probability>,
    pub coverage: Option<Probability>,
    pub shared: Option<Probability>,
    pub steps: Option<bool>,
    pub per_check: Option<Rate>,
    pub per_check_step: Option<Rate>,
}

impl Filter {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        let kinds = super::wording::list(&super::filter::KINDS);
        Ok(Self {
            kind: keys.required("kind", "every filter has a kind", &format!("it is one of {kinds}"))?,
            random: keys.take("random")?,
            systematic: keys.take("systematic")?,
            unsound: keys.take("unsound")?,
            false_reject: keys.take("false_reject")?,
            sensitivity: keys.take("sensitivity")?,
            agreement_on_error: keys.take("agreement_on_error")?,
            error_rate: keys.take("error_rate")?,
            invariance: keys.take("invariance")?,
            coverage: keys.take("coverage")?,
            shared: keys.take("shared")?,
            steps: keys.take("steps")?,
            per_check: keys.take("per_check")?,
            per_check_step: keys.take("per_check_step")?,
        })
    }

    /// The first price that is given.
    pub fn priced(&self) -> Option<&'static str> {
        let step = self.per_check_step.map(|_| "per_check_step");
        self.per_check.map(|_| "per_check").or(step)
    }
}

#[derive(Debug, Default)]
pub(super) struct Start {
    pub unsound: Option<Probability>,
    pub wrong: Option<Probability>,
    pub draw: Option<bool>,
}

impl Start {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self { unsound: keys.take("unsound")?, wrong: keys.take("wrong")?, draw: keys.take("draw")? })
    }
}

#[derive(Debug, Default)]
pub(super) struct Failure {
    pub error_rate: Option<Probability>,
}

impl Failure {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self { error_rate: keys.take("error_rate")? })
    }
}

#[derive(Debug, Default)]
pub(super) struct Cost {
    pub per_step: Option<Rate>,
    pub per_training_example: Option<Rate>,
    pub per_true_example: Option<Rate>,
    pub unit: Option<String>,
}

impl Cost {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        Ok(Self {
            per_step: keys.take("per_step")?,
            per_training_example: keys.take("per_training_example")?,
            per_true_example: keys.take("per_true_example")?,
            unit: keys.take("unit")?,
        })
    }
}

/// One `[[design]]`; what it sets is read once the base is known to be sound.
#[derive(Debug, Clone)]
pub(super) struct Design {
    pub name: String,
}

impl Design {
    fn read(keys: &Keys<'_>) -> Result<Self, Fault> {
        keys.any_table("set")?;
        Ok(Self { name: keys.required("name", "every design has a name", "add `name = \"vote 4 of 5\"`")? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, Scenario};
    use crate::scenario::schema::TABLES;

    /// A date is legal nowhere, so a key that is listed but never read would be taken in silence.
    #[test]
    fn every_listed_key_is_read() {
        for (table, key) in TABLES.iter().flat_map(|(table, keys)| keys.iter().map(move |key| (*table, *key))) {
            let (head, path) = match table {
                "" => (String::new(), key.to_owned()),
                "difficulty" | "filter" | "design" | "claim" | "published" => {
                    (format!("[[{table}]]\n"), format!("{table}.0.{key}"))
                }
                "fit.priors.*" => ("[fit.priors.error]\n".to_owned(), format!("fit.priors.error.{key}")),
                table => (format!("[{table}]\n"), format!("{table}.{key}")),
            };
            let name = if key == "name" { "" } else { "name = \"case\"\n" };
            let kind = if table == "filter" && key != "kind" { "kind = \"catch\"\n" } else { "" };
            let title = match table {
                "difficulty" if key != "share" => "share = 1\n",
                "design" if key != "name" => "name = \"one\"\n",
                "claim" | "published" if key != "quantity" => "quantity = \"runway\"\n",
                "fit.priors.*" if key == "spread" => "median = 0.1\n",
                _ => "",
            };
            let title = match key {
                "role" | "says" if table == "published" => format!("{title}value = 1\n"),
                _ => title.to_owned(),
            };
            let title =
                if key == "says" && table == "published" { format!("{title}role = \"fitted\"\n") } else { title };
            let typed = if key.contains('.') { format!("\"{key}\"") } else { key.to_owned() };
            let text = format!("{name}{head}{kind}{title}{typed} = 2024-01-01\n");
            let message = Scenario::parse(&text, Origin::Text, &[]).unwrap_err().to_string();
            assert!(message.contains(&format!(": `{path}`: ")) && message.contains("not 2024-01-01"), "{message}");
        }
    }
}

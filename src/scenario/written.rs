//! What a person writes: every key optional but `name`, unknown keys refused.

use crate::quantity::{Count, Probability, Rate};

use super::claims::{FileClaims, PublishedValue, StatedClaim};
use super::diagnostic::Diagnostic;
use super::draws::{self, FitDraws};
use super::priors::{self, StatedPrior};
use super::toml_table::TomlTable;
use super::{Difficulty, Policy};

#[derive(Debug)]
pub(super) struct WrittenScenario {
    pub name: String,
    pub source: Option<String>,
    pub examples: Option<Count>,
    pub horizon: Option<Count>,
    pub task: WrittenTask,
    pub errors: WrittenErrors,
    pub difficulty: Vec<Difficulty>,
    pub learning: WrittenLearning,
    pub vote: WrittenVote,
    pub filter: Vec<WrittenFilter>,
    pub start: WrittenStart,
    pub failure: WrittenFailure,
    pub cost: Option<WrittenCost>,
    pub design: Vec<WrittenDesign>,
    pub stated: FileClaims,
    pub fit: WrittenFit,
}

impl WrittenScenario {
    /// Reads the file itself; `nameless` stands in for a name that is missing, where it may be.
    pub fn read(keys: &TomlTable<'_>, nameless: Option<&str>) -> Result<Self, Diagnostic> {
        Ok(Self {
            source: keys.take("source")?,
            examples: keys.take("examples")?,
            horizon: keys.take("horizon")?,
            task: keys.table("task", WrittenTask::read)?,
            errors: keys.table("errors", WrittenErrors::read)?,
            difficulty: keys.tables("difficulty", read_difficulty)?,
            learning: keys.table("learning", WrittenLearning::read)?,
            vote: keys.table("vote", WrittenVote::read)?,
            filter: keys.tables("filter", WrittenFilter::read)?,
            start: keys.table("start", WrittenStart::read)?,
            failure: keys.table("failure", WrittenFailure::read)?,
            cost: keys.has("cost").then(|| keys.table("cost", WrittenCost::read)).transpose()?,
            design: keys.tables("design", WrittenDesign::read)?,
            stated: FileClaims {
                claims: keys.tables("claim", StatedClaim::read)?,
                published: keys.tables("published", PublishedValue::read)?,
            },
            fit: keys.table("fit", WrittenFit::read)?,
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
pub(super) struct WrittenFit {
    pub priors: Vec<StatedPrior>,
    pub draws: FitDraws,
}

impl WrittenFit {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self { priors: priors::read(keys)?, draws: draws::read(keys)? })
    }
}

#[derive(Debug, Default)]
pub(super) struct WrittenTask {
    pub steps: Option<Count>,
    pub steps_per_generation: Option<u32>,
}

impl WrittenTask {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self { steps: keys.take("steps")?, steps_per_generation: keys.take("steps_per_generation")? })
    }
}

#[derive(Debug, Default)]
pub(super) struct WrittenErrors {
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

impl WrittenErrors {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
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

fn read_difficulty(keys: &TomlTable<'_>) -> Result<Difficulty, Diagnostic> {
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
pub(super) struct WrittenLearning {
    pub imprint: Option<Probability>,
    pub persistence: Option<Probability>,
    pub anchor: Option<Probability>,
    pub hazard_gain: Option<Rate>,
    pub renewal: Option<Probability>,
    pub policy: Option<Policy>,
}

impl WrittenLearning {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
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
pub(super) struct WrittenVote {
    pub candidates: Option<Count>,
    pub agree: Option<Count>,
    pub agree_at_most: Option<Count>,
}

impl WrittenVote {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self {
            candidates: keys.take("candidates")?,
            agree: keys.take("agree")?,
            agree_at_most: keys.take("agree_at_most")?,
        })
    }
}

/// One `[[filter]]` table, before its kind has said which parameters it takes.
#[derive(Debug)]
pub(super) struct WrittenFilter {
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

impl WrittenFilter {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
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
pub(super) struct WrittenStart {
    pub unsound: Option<Probability>,
    pub wrong: Option<Probability>,
    pub draw: Option<bool>,
}

impl WrittenStart {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self { unsound: keys.take("unsound")?, wrong: keys.take("wrong")?, draw: keys.take("draw")? })
    }
}

#[derive(Debug, Default)]
pub(super) struct WrittenFailure {
    pub error_rate: Option<Probability>,
}

impl WrittenFailure {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self { error_rate: keys.take("error_rate")? })
    }
}

#[derive(Debug, Default)]
pub(super) struct WrittenCost {
    pub per_step: Option<Rate>,
    pub per_training_example: Option<Rate>,
    pub per_true_example: Option<Rate>,
    pub unit: Option<String>,
}

impl WrittenCost {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
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
pub(super) struct WrittenDesign {
    pub name: String,
}

impl WrittenDesign {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
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

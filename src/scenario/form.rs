//! The form in which a resolved scenario is written: that of a scenario file, each filter with its price.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::quantity::Count;

use super::{CheckPrice, Cost, Difficulty, Errors, Failure, Filter, Learning, Scenario, Start, Task, Vote};

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ScenarioForm<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    examples: Count,
    horizon: Count,
    task: Task,
    errors: Errors,
    #[serde(skip_serializing_if = "<[Difficulty]>::is_empty")]
    difficulty: &'a [Difficulty],
    learning: Learning,
    vote: Vote,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filter: Vec<PricedFilter<'a>>,
    start: Start,
    failure: Failure,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<&'a Cost>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PricedFilter<'a> {
    #[serde(flatten)]
    filter: &'a Filter,
    #[serde(flatten)]
    price: Option<CheckPrice>,
}

impl<'de> Deserialize<'de> for Scenario {
    /// By the rules of scenario files, as [`Scenario::from_json`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::from_json(&value).map_err(D::Error::custom)
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let price = |index| self.cost.as_ref().map(|cost| cost.check(index));
        let filters = self.filters.iter().enumerate();
        ScenarioForm {
            name: &self.name,
            source: self.source.as_deref(),
            examples: self.examples,
            horizon: self.horizon,
            task: self.task,
            errors: self.errors,
            difficulty: &self.difficulty,
            learning: self.learning,
            vote: self.vote,
            filter: filters.map(|(index, filter)| PricedFilter { filter, price: price(index) }).collect(),
            start: self.start,
            failure: self.failure,
            cost: self.cost.as_ref(),
        }
        .serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Scenario {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scenario".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        ScenarioForm::json_schema(generator)
    }
}

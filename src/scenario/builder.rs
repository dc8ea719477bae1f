//! A scenario written in code, key by key, and read by the same rules as a file.

use serde::Serialize;
use toml::{Table, Value};

use super::diagnostic::Diagnostic;
use super::error::{Origin, ScenarioError};
use super::key_number::KeyNumber;
use super::load::read_table;
use super::{CheckPrice, Difficulty, Filter, Policy, Scenario, overrides};

/// Keys of a scenario as they will be written. What is not set has its default (model.md, section 7); nothing is checked
/// before [`ScenarioBuilder::build`], which knows the rules of scenario files and no others.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before `build`"]
pub struct ScenarioBuilder {
    keys: Table,
}

/// A value of a key: a number, a word, or yes or no.
pub trait KeyValue: sealed::Written {}

impl<T: sealed::Written> KeyValue for T {}

mod sealed {
    /// A value as TOML has it.
    pub trait Written {
        fn written(self) -> toml::Value;
    }
}

use sealed::Written;

impl Written for f64 {
    fn written(self) -> Value {
        Value::Float(self)
    }
}

impl Written for u64 {
    /// Numbers that TOML cannot hold are far beyond every count that is legal.
    fn written(self) -> Value {
        Value::Integer(i64::try_from(self).unwrap_or(i64::MAX))
    }
}

impl Written for u32 {
    fn written(self) -> Value {
        Value::Integer(i64::from(self))
    }
}

impl Written for i32 {
    fn written(self) -> Value {
        Value::Integer(i64::from(self))
    }
}

impl Written for bool {
    fn written(self) -> Value {
        Value::Boolean(self)
    }
}

impl Written for &str {
    fn written(self) -> Value {
        Value::String(self.to_owned())
    }
}

impl Written for Policy {
    fn written(self) -> Value {
        match self {
            Self::Replace => "replace".written(),
            Self::Accumulate => "accumulate".written(),
        }
    }
}

/// One setter for each key: its name and type, and the dotted key that it writes. What the key means is said once, where its
/// table is described.
macro_rules! setters {
    ($($name:ident: $type:ty => $key:literal;)*) => {
        impl ScenarioBuilder {
            $(
                #[doc = concat!("Sets `", $key, "`; [`schema`](super::schema) holds what it means and its default.")]
                pub fn $name(self, value: $type) -> Self {
                    self.set($key, value.written())
                }
            )*

            /// The keys that are written, for the test that none is forgotten.
            #[cfg(test)]
            const SET: &'static [&'static str] = &[$($key),*];
        }
    };
}

setters! {
    source: &str => "source";
    examples: u64 => "examples";
    horizon: u64 => "horizon";
    steps: u64 => "task.steps";
    steps_per_generation: u32 => "task.steps_per_generation";
    step_error: f64 => "errors.step_error";
    recovery: f64 => "errors.recovery";
    systematic_share: f64 => "errors.systematic_share";
    consistency: f64 => "errors.consistency";
    amplification: f64 => "errors.amplification";
    wrong_answers: u64 => "errors.wrong_answers";
    step_error_floor: f64 => "errors.step_error_floor";
    step_error_gain: f64 => "errors.step_error_gain";
    erosion: f64 => "errors.erosion";
    imprint: f64 => "learning.imprint";
    persistence: f64 => "learning.persistence";
    anchor: f64 => "learning.anchor";
    hazard_gain: f64 => "learning.hazard_gain";
    renewal: f64 => "learning.renewal";
    policy: Policy => "learning.policy";
    candidates: u64 => "vote.candidates";
    agree: u64 => "vote.agree";
    agree_at_most: u64 => "vote.agree_at_most";
    start_unsound: f64 => "start.unsound";
    start_wrong: f64 => "start.wrong";
    start_draw: bool => "start.draw";
    failure_error_rate: f64 => "failure.error_rate";
    per_step: f64 => "cost.per_step";
    per_training_example: f64 => "cost.per_training_example";
    per_true_example: f64 => "cost.per_true_example";
    unit: &str => "cost.unit";
}

impl ScenarioBuilder {
    /// Adds a filter behind those that are there.
    pub fn filter(self, filter: Filter) -> Self {
        self.push("filter", &filter, None)
    }

    /// Adds a filter with its price, in the unit of prices.
    pub fn priced_filter(self, filter: Filter, price: CheckPrice) -> Self {
        self.push("filter", &filter, Some(price))
    }

    /// Adds a class of problems; the shares of all sum to 1.
    pub fn difficulty(self, difficulty: Difficulty) -> Self {
        self.push("difficulty", &difficulty, None)
    }

    /// The complete scenario.
    ///
    /// # Errors
    /// [`ScenarioError::Rule`], with the key and the value at fault, for the first rule that is broken.
    pub fn build(&self) -> Result<Scenario, ScenarioError> {
        read_table(&self.keys).map(|read| read.scenario).map_err(|fault| fault.placeless(Origin::Text))
    }

    fn set(mut self, key: &str, value: Value) -> Self {
        match key.split_once('.') {
            None => _ = self.keys.insert(key.to_owned(), value),
            Some((table, key)) => {
                let table = self.keys.entry(table).or_insert_with(|| Value::Table(Table::new()));
                if let Value::Table(keys) = table {
                    keys.insert(key.to_owned(), value);
                }
            }
        }
        self
    }

    /// Adds a table to a list of tables.
    fn push(mut self, list: &str, item: &impl Serialize, price: Option<CheckPrice>) -> Self {
        // Checked numbers and words: nothing in them that TOML cannot write.
        let mut table = Table::try_from(item).unwrap_or_default();
        table.extend(price.map(|price| Table::try_from(price).unwrap_or_default()).unwrap_or_default());
        if let Value::Array(tables) = self.keys.entry(list.to_owned()).or_insert_with(|| Value::Array(Vec::new())) {
            tables.push(Value::Table(table));
        }
        self
    }
}

impl Scenario {
    /// Begins a scenario of this name, every other key at its default.
    ///
    /// ```
    /// use runaway::quantity::Probability;
    /// use runaway::scenario::{Filter, Scenario};
    ///
    /// let half = Probability::new(0.5)?;
    /// let checked = Filter::Outcome { sensitivity: half, false_reject: Probability::ZERO };
    /// let scenario = Scenario::builder("voted").examples(300).candidates(5).agree(4).filter(checked).build()?;
    /// assert_eq!(scenario.vote().agree.get(), 4);
    ///
    /// let refused = Scenario::builder("voted").step_error(1.5).build().unwrap_err().to_string();
    /// assert!(refused.contains("`errors.step_error`") && refused.contains("1.5"), "{refused}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(name: &str) -> ScenarioBuilder {
        ScenarioBuilder { keys: Table::new() }.set("name", name.written())
    }
}

impl Scenario {
    /// This scenario with another value for one key, by its dotted name; the rules are those of files. A vote that asks for
    /// more than half goes on to do so when `vote.candidates` changes.
    ///
    /// ```
    /// use runaway::Scenario;
    ///
    /// let voted = Scenario::default().with("errors.step_error", 0.01)?.with("vote.candidates", 5)?;
    /// assert_eq!((voted.errors().step_error.get(), voted.vote().agree.get()), (0.01, 3));
    ///
    /// let refused = voted.with("vote.agree", 9).unwrap_err().to_string();
    /// assert!(refused.contains("`vote.agree`: 9 votes are more than the 5"), "{refused}");
    /// # Ok::<(), runaway::scenario::ScenarioError>(())
    /// ```
    ///
    /// # Errors
    /// [`ScenarioError::Rule`] for a key that there is not, and for the first rule that is broken.
    pub fn with(&self, key: &str, value: impl KeyValue) -> Result<Self, ScenarioError> {
        self.changed([(key, value.written())])
    }

    /// This scenario with other numbers for several keys, of which the rules are asked once all are set.
    ///
    /// # Errors
    /// As [`Scenario::with`].
    pub fn with_each(&self, changes: &[(&str, KeyNumber)]) -> Result<Self, ScenarioError> {
        let set = self.with_numbers(changes);
        set.map_or_else(|| self.changed(changes.iter().map(|&(key, number)| (key, number.written()))), Ok)
    }

    /// The same by way of the written form.
    pub(super) fn changed<'k>(
        &self,
        changes: impl IntoIterator<Item = (&'k str, Value)>,
    ) -> Result<Self, ScenarioError> {
        let fault = |fault: Diagnostic| fault.placeless(Origin::Text);
        let mut table = self.table();
        let simple = self.vote.agree.get() == self.vote.candidates.get() / 2 + 1;
        let changes: Vec<(&str, Value)> = changes.into_iter().collect();
        let voted = simple && changes.iter().any(|(key, _)| *key == "vote.candidates");
        if let Some(Value::Table(vote)) = table.get_mut("vote").filter(|_| voted) {
            vote.remove("agree");
        }
        for (key, value) in changes {
            overrides::assign(&mut table, key, value).map_err(|breach| fault(breach.into()))?;
        }
        read_table(&table).map(|read| read.scenario).map_err(fault)
    }

    /// The keys as a file would say them.
    fn table(&self) -> Table {
        // Strings, finite numbers below 2^63 and tables are what TOML can write.
        Table::try_from(self).unwrap_or_default()
    }

    /// The number under a dotted key (`errors.step_error`, `filter.0.random`); `None` where there is none.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<KeyNumber> {
        let mut place = Value::Table(self.table());
        for part in key.split('.') {
            place = match &mut place {
                Value::Table(table) => table.remove(part)?,
                Value::Array(items) => {
                    part.parse().ok().filter(|&at: &usize| at < items.len()).map(|at| items.swap_remove(at))?
                }
                _ => return None,
            };
        }
        match place {
            Value::Integer(whole) => Some(KeyNumber::Whole(whole)),
            Value::Float(real) => Some(KeyNumber::Real(real)),
            _ => None,
        }
    }
}

impl Written for KeyNumber {
    fn written(self) -> Value {
        match self {
            Self::Whole(whole) => Value::Integer(whole),
            Self::Real(real) => Value::Float(real),
        }
    }
}

impl Scenario {
    /// This scenario with other values for several keys at once, each `KEY=VALUE` as `--set` takes it, and then without the
    /// filters of these numbers. As with [`Scenario::with`], a vote that asks for more than half goes on to do so.
    ///
    /// ```
    /// use runaway::Scenario;
    ///
    /// let voted = Scenario::default().varied(&["vote.candidates=5".to_owned(), "examples=300".to_owned()], &[])?;
    /// assert_eq!((voted.vote().agree.get(), voted.examples().get()), (3, 300));
    /// # Ok::<(), runaway::scenario::ScenarioError>(())
    /// ```
    ///
    /// # Errors
    /// [`ScenarioError::Rule`] for a key that there is not, and for the first rule that is broken, blamed on the setting.
    pub fn varied(&self, sets: &[String], without: &[usize]) -> Result<Self, ScenarioError> {
        let mut table = Table::try_from(self).unwrap_or_default();
        let sets_key = |key: &str| sets.iter().any(|set| set.split('=').next().is_some_and(|set| set.trim() == key));
        let simple = self.vote.agree.get() == self.vote.candidates.get() / 2 + 1;
        let follows = simple && sets_key("vote.candidates") && !sets_key("vote.agree");
        if let Some(Value::Table(vote)) = table.get_mut("vote").filter(|_| follows) {
            vote.remove("agree");
        }
        for typed in sets {
            overrides::set(&mut table, typed)
                .map_err(|breach| Diagnostic::from(breach).placeless(Origin::Override(typed.clone())))?;
        }
        if let Some(Value::Array(filters)) = table.get_mut("filter") {
            let mut index = 0..;
            filters.retain(|_| index.next().is_none_or(|index| !without.contains(&index)));
        }
        let blamed = |fault: Diagnostic| {
            let culprits = overrides::culprits(sets, &fault.breach.key);
            fault.placeless(Origin::Override(culprits))
        };
        read_table(&table).map(|read| read.scenario).map_err(blamed)
    }
}

impl Default for Scenario {
    /// Every key at its default (model.md, section 7), under the name "loop".
    #[allow(clippy::expect_used)]
    fn default() -> Self {
        // Nothing is set but a legal name, and a file may leave out all the rest.
        Self::builder("loop").build().expect("the defaults break no rule")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::{Probability, Rate};
    use crate::scenario::{TableInfo, schema};

    #[test]
    fn every_key_of_a_loop_has_a_setter() {
        let single = |table: &&TableInfo| !table.list && !table.name.starts_with("fit");
        for table in schema().iter().filter(single) {
            // Tables within the file stand beside its own keys; the name begins the builder.
            let nested = |key: &str| schema().iter().any(|one| one.name == key);
            for key in table.keys.iter().map(|key| key.name).filter(|key| *key != "name" && !nested(key)) {
                let dotted = if table.name.is_empty() { key.to_owned() } else { format!("{}.{key}", table.name) };
                assert!(ScenarioBuilder::SET.contains(&dotted.as_str()), "no setter writes `{dotted}`");
            }
        }
    }

    #[test]
    fn what_is_built_is_what_a_file_says() {
        let text = "name = \"one\"\nexamples = 40\n[errors]\nstep_error = 0.1\n[learning]\npolicy = \"accumulate\"\n\
                    [start]\nwrong = 0.1\ndraw = true\n[[filter]]\nkind = \"ground-truth\"\ncoverage = 0.3\n\
                    per_check = 2\n[[difficulty]]\nshare = 1\n[cost]\nunit = \"USD\"";
        let alike = Difficulty { share: Probability::ONE, ..Difficulty::default() };
        let truth = Filter::GroundTruth { coverage: Probability::new(0.3).unwrap(), steps: false };
        let price = CheckPrice { per_check: Rate::new(2.0).unwrap(), per_check_step: Rate::ZERO };
        let built = Scenario::builder("one").examples(40).step_error(0.1).policy(Policy::Accumulate);
        let built = built.start_wrong(0.1).start_draw(true).priced_filter(truth, price).difficulty(alike).unit("USD");
        assert_eq!(built.build(), Scenario::parse(text, Origin::Text, &[]));
        assert_eq!(Scenario::default(), Scenario::parse("name = \"loop\"", Origin::Text, &[]).unwrap());
    }

    /// Nothing but the key that is named changes, and a vote stays what it is.
    #[test]
    fn a_variant_differs_in_one_key() {
        let built = Scenario::builder("one").filter(Filter::Transform { invariance: Probability::ZERO }).unit("USD");
        let built = built.candidates(4).agree(4).build().unwrap();
        assert_eq!(built.with("errors.erosion", 0.0).unwrap(), built);
        let varied = built.with("filter.0.invariance", 0.25).unwrap().with("vote.candidates", 6).unwrap();
        assert_eq!((varied.vote.candidates.get(), varied.vote.agree.get()), (6, 4));
        assert!(matches!(varied.filters[..], [Filter::Transform { invariance }] if invariance.get() == 0.25));
        let majority = Scenario::default().with("vote.candidates", 7).unwrap();
        assert_eq!(majority.vote.agree.get(), 4);
        for (key, said) in [("errors.step_eror", "did you mean `step_error`?"), ("horizon", "not 0.5")] {
            let message = built.with(key, 0.5).unwrap_err().to_string();
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn broken_rules_are_those_of_files() {
        for (built, said) in [
            (Scenario::builder("a/b"), "`name`: \"a/b\""),
            (Scenario::builder("one").step_error(f64::NAN), "`errors.step_error`"),
            (Scenario::builder("one").examples(u64::MAX), "`examples`"),
            (Scenario::builder("one").agree(3), "`vote.agree`: 3 votes"),
            (Scenario::builder("one").start_unsound(0.6).start_wrong(0.6), "`start.wrong`"),
        ] {
            let message = built.build().unwrap_err().to_string();
            assert!(message.contains(said), "{message}");
        }
    }
}

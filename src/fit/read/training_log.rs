//! Logs of trainers as JSON lines: LLaMA-Factory, ms-swift, OpenRLHF, and the history that W&B keeps of them.

use super::file::{FileShape, LogFile};
use super::found::FoundRecords;
use super::json::JsonObject;
use super::trainer_state::Entries;
use super::{LogFormat, ReadOptions, fault, listed};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "trainer's log", recognise, read };

/// Keys by which the lines of a trainer are known.
const MARKS: [&str; 8] = [
    "current_steps",
    "global_step/max_steps",
    "train/global_step",
    "lr",
    "learning_rate",
    "grad_norm",
    "eval_runtime",
    "eval/runtime",
];

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    let FileShape::Lines(objects) = &file.shape else { return false };
    let counted = |object: &JsonObject| ["evaluated", "wrong", "total"].iter().any(|key| object.contains_key(*key));
    let marked = |object: &JsonObject| MARKS.iter().any(|key| object.contains_key(*key));
    objects.iter().any(marked) && !objects.iter().any(counted)
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::default();
    for file in files {
        let mut entries = Entries::new(file, options, &found);
        let (mut of_batches, mut evaluated) = (false, false);
        file.each_object(|line, object| {
            of_batches |= object.contains_key("current_steps") && object.contains_key("accuracy");
            evaluated |= object.keys().any(|key| key.starts_with("eval_") || key.starts_with("eval/"));
            entries.take(Some(line), object, &mut found)
        })?;
        if of_batches && !evaluated && options.metric.is_none() {
            let keys = file.keys();
            let reason = format!(
                "`accuracy` is of the training batch, and no evaluation was logged (`eval_strategy`, `eval_steps`); \
                 --metric accuracy with --evaluated N takes it all the same; found {}",
                listed(keys.iter().map(String::as_str))
            );
            return Err(fault(&file.name, None, Some("accuracy"), reason).awaited());
        }
        entries.finish(&mut found)?;
    }
    found.in_time = true;
    Ok(found)
}

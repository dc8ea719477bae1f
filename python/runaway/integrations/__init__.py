"""Where a runway is looked at: trainers (`runaway.integrations.transformers`) and trackers of experiments."""

"""The order of work: one `Scenario` in, one `Outcome` out."""

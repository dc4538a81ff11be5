"""From tables as they are to a dataset: the plan of an import, and doing what it says."""

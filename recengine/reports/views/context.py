"""What every section reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recengine.explanation import Explanation
from recengine.reports.charts import Charts
from recengine.scenario import Outcome, Verdict, Workbench


@dataclass(frozen=True)
class Context:
    """The values behind one report. alone: each scorer by itself. example_users: positions.

    examples_picked: by `pick_examples`, not by the analyst. imported: the stored report of the import, or empty.
    """

    workbench: Workbench
    outcome: Outcome
    alone: Mapping[str, Outcome]
    verdicts: Sequence[Verdict]
    example_users: Sequence[int]
    examples_picked: bool
    explanations: Sequence[Explanation]
    generated_at: datetime
    versions: Mapping[str, str]
    charts: Charts
    imported: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """How each scorer is called."""
        return {name: fitted.label for name, fitted in self.workbench.fitted.items()}

    @property
    def k(self) -> int:
        """Length of the lists."""
        return self.outcome.scenario.k

    @property
    def n_evaluated(self) -> int:
        """Users with at least one relevant test item."""
        return int((self.workbench.relevant.getnnz(axis=1) > 0).sum())

"""The seam between the two halves of a transform: facts by dbt, estimates by Python, outcomes by dbt again.

dbt hands over small sorted rows; an estimator of `pipelines.impact` makes rows of them; dbt reads those as a source. A
further estimator is one line here, a table in a migration, and a model of the tag `outcomes` that reads it.
"""

from collections.abc import Collection, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from pipelines.nodes import short_name
from pipelines.progress import Stages
from warehouse import estimates

if TYPE_CHECKING:
    import duckdb
    from dbt.contracts.graph.manifest import Manifest

    from pipelines.impact.estimator import Estimator

# The models that read estimates, and all that stand on them, bear it.
OUTCOMES = "outcomes"
# The schema of what is estimated.
ESTIMATED = "results"


def estimators() -> tuple["Estimator", ...]:
    """Return every estimator. Their libraries take a while to import, so nothing imports them before."""
    from pipelines.impact.ai_comparison import AI_COMPARISON
    from pipelines.impact.guardrails import ROLLOUT_HEALTH
    from pipelines.impact.story_impact import STORY_IMPACT
    from pipelines.impact.topics import TOPIC_IMPACT

    return (AI_COMPARISON, ROLLOUT_HEALTH, STORY_IMPACT, TOPIC_IMPACT)


def of_models(names: Collection[str]) -> list["Estimator"]:
    """Return the estimators whose every model is among these, by their short names."""
    return [one for one in estimators() if {read.partition(".")[2] for read in one.reads} <= set(names)]


def estimate(
    connection: "duckdb.DuckDBPyConnection", due: Sequence["Estimator"], progress: Stages
) -> Iterator[tuple[str, float]]:
    """Compute what is due and not computed yet of these very rows; yield the tables, each with the seconds it took."""
    for number, one in enumerate(due, start=1):
        began = monotonic()
        basis = estimates.basis_of(connection, one.table, one.version, one.reads)
        if not estimates.is_known(connection, basis):
            frames = {read: estimates.frame(connection, read) for read in one.reads}
            estimates.replace(connection, basis, one.estimate(frames))
            yield one.table, monotonic() - began
        progress("estimate", number, len(due))


class Halves:
    """What of a selection is built before the estimates, which of them are due, and what is built after them.

    Args:
        manifest: dbt's own.
        selected: names of models, tests and estimates, or dbt's selectors; everything where empty.
        is_partial: somebody chose these, so nothing else may be touched.
    """

    def __init__(self, manifest: "Manifest", selected: Sequence[str], *, is_partial: bool) -> None:
        models = {node.unique_id: node for node in manifest.nodes.values()}
        second = {name for name, node in models.items() if OUTCOMES in node.tags}
        looking = {name: set(node.depends_on_nodes) for name, node in models.items()}
        looking |= {name: set(node.depends_on.nodes) for name, node in manifest.unit_tests.items()}
        second |= {name for name, reads in looking.items() if second & reads}
        self._late = {short_name(name) for name in second}
        known = of_models({node.name for node in models.values()})
        tables = {one.table for one in known}
        self._selected = [name for name in selected if name not in tables]
        self._is_whole, self._is_partial = not selected, is_partial
        self.due = [one for one in known if one.table in selected or not is_partial]

    @property
    def has_facts(self) -> bool:
        """Whether anything is to be built before the estimates."""
        return self._is_whole or any(name not in self._late for name in self._selected)

    @property
    def facts(self) -> list[str]:
        """dbt's arguments for the first half."""
        chosen = [name for name in self._selected if name not in self._late]
        return [*(["--select", *chosen] if chosen else []), "--exclude", f"tag:{OUTCOMES}"]

    def outcomes(self, *, is_new: bool) -> list[str]:
        """Return dbt's arguments for the second half, none where nothing of it is to be built.

        Args:
            is_new: some estimate was computed, so that all that reads one is built again.
        """
        chosen = [name for name in self._selected if name in self._late]
        if self._late and (self._is_whole or (is_new and not self._is_partial)):
            return ["--select", f"tag:{OUTCOMES}"]
        return ["--select", *chosen] if chosen else []

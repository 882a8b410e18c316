"""Every model as an asset and every test as an asset check, told by dbt's manifest and run by one step; the estimates
stand between the models that they are made of and those that read them.

dbt runs in this process (`pipelines.transform`): a subprocess per run costs eighteen seconds where this costs two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from pipelines.assets.ingest import LOG
from pipelines.assets.line import Line
from pipelines.estimates import ESTIMATED, of_models
from pipelines.nodes import NodeResult, short_name, unique_id
from pipelines.transform import TransformOutcome, run_dbt

TRANSFORM = "transform"
_BUILDS = ("model", "seed", "snapshot")
_UNCHANGED = {"status": "unchanged"}
_Results = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


@dataclass(frozen=True, slots=True)
class Graph:
    """What the manifest says, in Dagster's words.

    Attributes:
        specs: by the unique id of a model.
        checks: by the unique id of a test.
    """

    specs: dict[str, dg.AssetSpec]
    checks: dict[str, dg.AssetCheckSpec]

    @property
    def marts(self) -> list[dg.AssetKey]:
        """The models that are published."""
        return [spec.key for spec in self.specs.values() if spec.group_name == "marts"]


def graph(manifest: Mapping[str, Any], *, has_unit_tests: bool = True) -> Graph:
    """Return the assets and checks that a manifest asks for, lineage included.

    Args:
        has_unit_tests: they are run here; those of our own models were before they went out.
    """
    tests = {**manifest["nodes"], **(manifest["unit_tests"] if has_unit_tests else {})}
    keys = {name: _key(node) for name, node in manifest["nodes"].items() if node["resource_type"] in _BUILDS}
    # Every table of the log is one asset: who reads which of them is dbt's own affair.
    keys |= {name: _source_key(source) for name, source in manifest["sources"].items()}
    specs = {name: _spec(manifest["nodes"][name], keys) for name in keys if name in manifest["nodes"]}
    specs |= _estimates({key.path[-1]: key for key in keys.values()})
    checks = {
        name: _check(node, keys)
        for name, node in tests.items()
        if node["resource_type"] in ("test", "unit_test") and _tested(node, keys)
    }
    return Graph(specs, checks)


def dbt_assets(content: Graph) -> dg.AssetsDefinition:
    """Return the one step that builds and tests all models; any part of them can be chosen."""

    @dg.multi_asset(
        name=TRANSFORM,
        specs=list(content.specs.values()),
        check_specs=list(content.checks.values()),
        can_subset=True,
        allow_arbitrary_check_specs=True,
        required_resource_keys={"line"},
    )
    def transform(context: dg.AssetExecutionContext) -> _Results:
        shared: Line = context.resources.line
        models, tests = _chosen(context, content)
        outcome = run_dbt(
            shared.settings,
            select=[short_name(name) for name in (*models, *tests)],
            verb="test" if tests and not models else "build",
            only_if_new=True,
            progress=shared.progress,
        )
        yield from _models(content, outcome)
        yield from _checks(content, outcome)
        if not outcome.ok:
            raise dg.Failure(f"Nothing will be published: {outcome.error}", allow_retries=False)

    return transform


def _chosen(context: dg.AssetExecutionContext, content: Graph) -> tuple[list[str], list[str]]:
    """Return the ids of the models and tests that were chosen on the page; none, which means all, where all were."""
    models = [name for name, spec in content.specs.items() if spec.key in context.selected_asset_keys]
    tests = [name for name, spec in content.checks.items() if spec.key in context.selected_asset_check_keys]
    if len(models) == len(content.specs) and len(tests) == len(content.checks):
        return [], []
    return models, tests


def _models(content: Graph, outcome: TransformOutcome) -> _Results:
    """Report each model after those that it reads, as Dagster asks, whether it was built or stayed as it was."""
    built = {node.unique_id: node for node in outcome.nodes if node.status in ("ok", "warn")}
    told = {node.unique_id for node in outcome.nodes}
    names = {spec.key: name for name, spec in content.specs.items()}
    reads = {key: [dep.asset_key for dep in content.specs[name].deps] for key, name in names.items()}
    for key in TopologicalSorter(reads).static_order():
        name = names.get(key)
        if name in built:
            yield dg.MaterializeResult(asset_key=key, metadata={"seconds": round(built[name].seconds, 3)})
        elif name is not None and name not in told and outcome.ok and outcome.is_rest_unchanged:
            yield dg.MaterializeResult(asset_key=key, metadata=_UNCHANGED)


def _checks(content: Graph, outcome: TransformOutcome) -> _Results:
    """Report each test. What a quiet night left as it was is the same rows by the same models, so it still holds."""
    told = {node.unique_id: node for node in outcome.nodes}
    for name, check in content.checks.items():
        if name in told:
            yield _judged(check, told[name])
        elif outcome.ok and outcome.is_rest_unchanged:
            yield dg.AssetCheckResult(
                asset_key=check.asset_key, check_name=check.name, passed=True, metadata=_UNCHANGED
            )


def _judged(spec: dg.AssetCheckSpec, node: NodeResult) -> dg.AssetCheckResult:
    # What was skipped failed nowhere, but it is no pass: what it waited for is red itself.
    broken = node.status == "failed"
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=node.status == "ok",
        severity=dg.AssetCheckSeverity.ERROR if broken else dg.AssetCheckSeverity.WARN,
        metadata={"status": node.status, "failing_rows": node.failures, "seconds": round(node.seconds, 3)},
        description=node.message or None,
    )


def _key(node: Mapping[str, Any]) -> dg.AssetKey:
    return dg.AssetKey([node["schema"], node["name"]])


def _source_key(source: Mapping[str, Any]) -> dg.AssetKey:
    return dg.AssetKey([source["schema"], source["name"]]) if source["schema"] == ESTIMATED else LOG


def _estimates(keys: Mapping[str, dg.AssetKey]) -> dict[str, dg.AssetSpec]:
    """Return the estimates that can be made of these models, by the ids under which their ends are told."""
    return {
        unique_id(one.table): dg.AssetSpec(
            dg.AssetKey([ESTIMATED, one.table]),
            deps=sorted(keys[read.partition(".")[2]] for read in one.reads),
            group_name=ESTIMATED,
            description=one.estimate.__doc__,
            kinds={"python"},
        )
        for one in of_models(keys)
    }


def _spec(node: Mapping[str, Any], keys: Mapping[str, dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(node),
        deps=sorted({keys[name] for name in node["depends_on"]["nodes"]}),
        group_name=node["schema"],
        description=node["description"] or None,
        kinds={"dbt", "duckdb"},
        metadata={"model": node["original_file_path"]},
    )


def _tested(node: Mapping[str, Any], keys: Mapping[str, dg.AssetKey]) -> dg.AssetKey | None:
    """Return the asset that a test is about: the one it hangs on, else the last that it reads."""
    named = [node.get("attached_node"), *reversed(node["depends_on"]["nodes"])]
    return next((keys[name] for name in named if name in keys), None)


def _check(node: Mapping[str, Any], keys: Mapping[str, dg.AssetKey]) -> dg.AssetCheckSpec:
    asset = _tested(node, keys)
    assert asset is not None, "only tests of an asset become checks"
    config = node.get("config", {})
    return dg.AssetCheckSpec(
        node.get("alias") or node["name"],
        asset=asset,
        description=node["description"] or None,
        additional_deps=sorted({keys[name] for name in node["depends_on"]["nodes"] if name in keys} - {asset}),
        blocking=str(config.get("severity", "error")).lower() == "error",
    )

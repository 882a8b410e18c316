"""Who may import whom. An import inside a function counts like one at the top."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

OURS = ("pipelines", "warehouse", "app")
# The tables of the settings, of which only `settings.py` knows all.
SECTIONS = (
    "settings_sections",
    "support_settings",
    "calendar_settings",
    "ai_settings",
    "flow_settings",
    "impact_settings",
    "ci_settings",
    "monorepo_settings",
    "guardrail_settings",
    "summary_settings",
    "writeback_settings",
)

# The first prefix that fits a file rules it. What a file may import of ours, besides its own folder's modules.
LAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("pipelines/events/", ("pipelines.events",)),
    ("pipelines/clock.py", ()),
    ("pipelines/settings.py", tuple(f"pipelines.{name}" for name in SECTIONS)),
    ("pipelines/time_zone.py", ()),
    *((f"pipelines/{name}.py", ("pipelines.time_zone",)) for name in SECTIONS),
    ("pipelines/company/", ("pipelines.company",)),
    ("pipelines/impact/", ("pipelines.impact",)),
    ("pipelines/summaries/", ("pipelines.summaries",)),
    (
        "pipelines/outbox/",
        (
            "pipelines.outbox",
            "pipelines.summaries",
            "pipelines.events",
            "pipelines.sources.live",
            "pipelines.sources.writing",
            "pipelines.writeback_settings",
            "pipelines.own_events",
            "pipelines.projection",
            "warehouse",
        ),
    ),
    ("pipelines/sources/", ("pipelines.events", "pipelines.sources", "pipelines.clock", "pipelines.company")),
    (
        "warehouse/",
        ("warehouse", "pipelines.events", "pipelines.settings", "pipelines.clock"),
    ),
    ("app/queries.py", ("app", "pipelines.settings", "warehouse.connection", "warehouse.serving")),
    (
        "app/decisions.py",
        ("app", "pipelines.settings", "pipelines.report_decisions", "warehouse.outbox_history"),
    ),
    ("app/", ("app", "pipelines.settings", "pipelines.clock")),
    ("pipelines/", ("pipelines", "warehouse")),
)
DAGSTER_MAY = ("pipelines/assets/", "pipelines/definitions.py")
ASKS = {
    "duckdb.connect": "warehouse/connection.py",
    "os.environ": "pipelines/settings.py",
    "os.getenv": "pipelines/settings.py",
    "datetime.now": "pipelines/clock.py",
    "datetime.utcnow": "pipelines/clock.py",
    "datetime.today": "pipelines/clock.py",
    "date.today": "pipelines/clock.py",
    "time.time": "pipelines/clock.py",
}

Modules = dict[Path, ast.Module]


def imports(path: Path, tree: ast.Module) -> Iterator[str]:
    """Every dotted name that a file imports, relative imports resolved, names of `from` imports included."""
    package = path.with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_each_layer_imports_only_the_layers_before_it(modules: Modules) -> None:
    wrong = []
    for path, tree in modules.items():
        allowed = next(allowed for prefix, allowed in LAYERS if str(path).startswith(prefix))
        wrong += [
            f"{path} imports {name}"
            for name in imports(path, tree)
            if within(name, OURS) and name not in OURS and not within(name, allowed)
        ]
    assert wrong == []


def test_no_source_knows_another_source(modules: Modules) -> None:
    wrong = []
    for path, tree in modules.items():
        if path.parts[:2] == ("pipelines", "sources") and len(path.parts) > 3:
            others = [
                name
                for name in imports(path, tree)
                if re.match(rf"pipelines\.sources\.(?!{path.parts[2]}\b|base\b|registry\b)\w+\.", f"{name}.")
                and (Path(*path.parts[:2]) / name.split(".")[2]) in {other.parent for other in modules}
            ]
            wrong += [f"{path} imports {name}" for name in others]
    assert wrong == []


def test_only_the_assets_know_dagster(modules: Modules) -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree in modules.items()
        for name in imports(path, tree)
        if within(name, ("dagster", "dagster_dbt", "dagster_webserver")) and not str(path).startswith(DAGSTER_MAY)
    ]
    assert wrong == []


@pytest.mark.parametrize("call", ASKS)
def test_the_world_is_asked_in_one_place(call: str, modules: Modules) -> None:
    module, name = call.split(".")
    wrong = []
    for path, tree in modules.items():
        if str(path) == ASKS[call]:
            continue
        found = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        found |= set(imports(path, tree))
        if any(one == call or one.endswith(f".{call}") for one in found):
            wrong.append(f"{path} uses {module}.{name}, which only {ASKS[call]} may")
    assert wrong == []


def test_nothing_is_random(modules: Modules) -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree in modules.items()
        for name in imports(path, tree)
        if within(name, ("random", "secrets", "uuid.uuid1", "uuid.uuid4", "numpy.random"))
    ]
    assert wrong == []


def test_the_report_reads_marts_and_nothing_below(modules: Modules) -> None:
    wrong = []
    for path, tree in modules.items():
        if path.parts[0] != "app":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                tables = re.findall(r"\b(?:from|join)\s+([a-z_]+)\.[a-z_]+", node.value)
                wrong += [f"{path}:{node.lineno} reads {schema}" for schema in tables if schema != "marts"]
    assert wrong == []


def test_our_dbt_folder_does_not_hide_the_dbt_package(root: Path) -> None:
    """An `__init__.py` in `dbt/` breaks `import dbt.version`; a folder named like a package of dbt shadows it."""
    import dbt

    assert not (root / "dbt" / "__init__.py").exists()
    installed = [Path(entry) for entry in dbt.__path__ if Path(entry).resolve() != (root / "dbt").resolve()]
    theirs = {child.name for entry in installed for child in entry.iterdir()}
    ours = {child.name for child in (root / "dbt").iterdir() if child.is_dir()}
    assert ours & theirs == set()

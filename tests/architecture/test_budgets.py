"""Sizes that a reader can hold. What is over budget stands in `budget_baseline.txt`, which may only get shorter."""

import ast
from pathlib import Path

BUDGETS = {".py": 250, ".sql": 120, ".yml": 120, ".yaml": 120}
FUNCTION = 40
BASELINE = Path(__file__).with_name("budget_baseline.txt")


def over_budget(files: list[Path], root: Path) -> dict[str, int]:
    """Lines of every file and function over its budget, by `path` or `path::function`."""
    found: dict[str, int] = {}
    for path in files:
        if path.suffix not in BUDGETS:
            continue
        text = (root / path).read_text()
        lines = len(text.splitlines())
        # A migration is one schema, told in one piece; it is never edited, so it is never too long to edit.
        if lines > BUDGETS[path.suffix] and "migrations" not in path.parts:
            found[str(path)] = lines
        if path.suffix == ".py":
            found |= long_functions(path, ast.parse(text))
    return found


def long_functions(path: Path, tree: ast.Module) -> dict[str, int]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {f"{path}::{node.name}": (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    return {name: lines for name, lines in sizes.items() if lines > FUNCTION}


def baseline() -> dict[str, int]:
    rows = [line.split() for line in BASELINE.read_text().splitlines() if line and not line.startswith("#")]
    return {name: int(lines) for name, lines in rows}


def test_no_file_and_no_function_grows_over_its_budget(files: list[Path], root: Path) -> None:
    allowed = baseline()
    grown = {name: lines for name, lines in over_budget(files, root).items() if lines > allowed.get(name, 0)}
    assert grown == {}


def test_a_debt_that_is_paid_leaves_the_baseline(files: list[Path], root: Path) -> None:
    over = over_budget(files, root)
    paid = {name: lines for name, lines in baseline().items() if over.get(name, 0) < lines}
    assert paid == {}

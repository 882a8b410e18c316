"""What the architecture tests read: the project's own files, without what tools leave behind."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("pipelines", "warehouse", "app")
LEFT_BEHIND = {"__pycache__", "target", "logs", "dbt_packages", "data"}


def walk(*folders: str) -> Iterator[Path]:
    """Every file under these folders of the project, as a path relative to it."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            relative = path.relative_to(ROOT)
            if path.is_file() and not LEFT_BEHIND & set(relative.parts):
                yield relative


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file that people write, in all folders of the project and at its top."""
    top = [path.relative_to(ROOT) for path in sorted(ROOT.iterdir()) if path.is_file()]
    return [*walk(*CODE, "dbt", "tests", "docs"), *top]


@pytest.fixture(scope="session")
def modules() -> dict[Path, ast.Module]:
    """The syntax tree of every Python file that ships, by its relative path."""
    return {path: ast.parse((ROOT / path).read_text()) for path in walk(*CODE) if path.suffix == ".py"}

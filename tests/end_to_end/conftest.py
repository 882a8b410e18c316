"""One life of the demo company, all vendors played, measured by the nightly job once for every module that asks."""

import json
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.company import Company, Scale, simulate
from pipelines.demo import played
from pipelines.settings import Settings, environment
from tests.conftest import ROOT, command_line, made_once
from tests.end_to_end.recovering import named_rows, rows
from warehouse.serving import resolve

SCALE = Scale(teams=3, months=12, stories=150, users=1_500, product_events=40_000, tickets_a_day=3.0)


@dataclass(frozen=True, slots=True)
class Recovered:
    """The company, and what the line made of it. Read only: several modules share it.

    Attributes:
        as_of: the end of the company's story.
        truth: what `.demo/truth.json` holds of it.
        settings: of its home; the marts are those of the writer's file and of the published one alike.
    """

    company: Company
    as_of: datetime
    truth: dict[str, Any]
    settings: Settings

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return rows(self.settings, query)

    def named_rows(self, query: str) -> list[dict[str, Any]]:
        """Return what a query finds, by the names of its columns."""
        return named_rows(self.settings, query)

    @property
    def serving(self) -> Path:
        """The published file."""
        return resolve(self.settings)


@pytest.fixture(scope="session")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Recovered:
    """The demo's company at a scale for tests, after one real night."""
    company = simulate(SCALE, seed=5)
    folder = made_once(tmp_path_factory, "recovered", lambda folder: _night(company, folder))
    truth = json.loads((folder / "truth.json").read_text())
    return Recovered(company, company.ends_at, truth, Settings(home=folder / "home"))


def _night(company: Company, folder: Path) -> None:
    with played(company, company.ends_at, folder / "storyline.toml"):
        command = command_line("nightly", "--as-of", company.ends_at.isoformat())
        told = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr

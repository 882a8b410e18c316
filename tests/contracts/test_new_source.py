"""A folder that `make new-source` began keeps the contract of sources as soon as its mapping is filled in."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.new_source.__main__ import BadNameError, folder_of
from tests.conftest import ROOT, environment

PARTS = ("pipelines", "warehouse", "dbt", "tests", "pyproject.toml", "storyline.example.toml")
NOT_WRITTEN = '    raise MappingError(f"{record_key}: the mapping of my_desk is not written yet")\n'
WRITTEN = """    at = parse_time(row["created_at"]) if isinstance(row.get("created_at"), str) else None
    payload = {"feedback_id": record_key, "text": row.get("text"), "person": row.get("author")}
    subject = f"feedback:{origin.instance}/{record_key}"
    yield origin.event(
        "support.feedback_given", subject=subject, occurrence=record_key, occurred_at=at, payload=payload
    )
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, so that the new folder is not in anybody's way."""
    copy = tmp_path / "project"
    copy.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            left = shutil.ignore_patterns("__pycache__", "target", "data", "logs")
            shutil.copytree(ROOT / part, copy / part, ignore=left)
        else:
            shutil.copy(ROOT / part, copy / part)
    return copy


def _run(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env=environment(project / "home"),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def _contract(project: Path) -> "subprocess.CompletedProcess[str]":
    suite = ("tests/contracts/test_source.py", "tests/architecture/test_tree.py", "tests/architecture/test_imports.py")
    return _run(project, "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *suite, "-k", "my_desk or source")


@pytest.mark.heavy
def test_a_new_source_passes_the_contract_when_its_mapping_is_filled_in(project):
    assert _run(project, "pipelines.new_source", "my_desk").returncode == 0
    unwritten = _contract(project)
    assert unwritten.returncode == 1
    assert "the mapping of my_desk is not written yet" in unwritten.stdout, unwritten.stdout

    mapping = project / "pipelines" / "sources" / "my_desk" / "mapping.py"
    text = mapping.read_text()
    assert NOT_WRITTEN in text
    text = text.replace(NOT_WRITTEN, WRITTEN).replace("frozenset()", 'frozenset({"support.feedback_given"})')
    text = text.replace(
        "from pipelines.events.env", "from pipelines.clock import parse_time\nfrom pipelines.events.env"
    )
    mapping.write_text(text)
    golden = _run(project, "tests.contracts.test_source", "my_desk")
    assert golden.returncode == 0, golden.stderr
    written = _contract(project)
    assert written.returncode == 0, written.stdout
    assert len((mapping.parent / "fixtures" / "events.golden.jsonl").read_text().splitlines()) == 2
    for check in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy", "pipelines/sources/my_desk")):
        done = _run(project, *check, *([] if check[0] == "mypy" else ["pipelines/sources/my_desk"]))
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["", "GitHub", "9lives", "a-b", "../x", "github", "http"])
def test_a_name_that_cannot_be_one_is_refused_in_one_sentence(name):
    with pytest.raises(BadNameError) as refused:
        folder_of(name)
    assert "\n" not in str(refused.value)

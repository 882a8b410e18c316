"""The page about other CI systems shows what works: its examples are imported and stand in the marts."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT, Storyline
from warehouse.connection import reader

EXAMPLES = ROOT / "docs" / "examples"
SHA = "2f0c5d2a9e8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"
JUNIT = '<testsuite name="unit" tests="2"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'


def _rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with reader(database) as connection:
        return connection.execute(f"{query} order by all").fetchall()


@pytest.mark.heavy
def test_pipelines_deployments_and_reports_of_other_tools_come_into_the_marts(storyline: Storyline, settings, tmp_path):
    report = tmp_path / "junit.xml"
    report.write_text(JUNIT)
    for name in ("gitlab-ci", "jenkins"):
        done = storyline("import", EXAMPLES / f"{name}.ndjson", "--as-of", "2026-02-07T06:00:00Z")
        assert (done.returncode, " 0 to quarantine" in done.stdout) == (0, True), done.stdout + done.stderr
    checked = ("--repository", "acme/shop", "--sha", SHA, "--run-id", "4711")
    for new in (1, 0):
        done = storyline("import", report, *checked, "--as-of", "2026-02-07T06:00:00Z")
        assert (done.returncode, f"{new} new events" in done.stdout) == (0, True), done.stdout + done.stderr
    done = storyline("transform")
    assert done.returncode == 0, done.stdout + done.stderr
    assert _rows(
        settings.database, "select run_id, run_attempt, conclusion, duration_seconds from marts.fct_builds"
    ) == [
        ("4711", 1, "success", 360.0),
        ("search-31", 1, "failure", 240.0),
        ("search-31", 2, "success", 270.0),
    ]
    assert _rows(settings.database, "select service, sha, status from marts.fct_deployments") == [
        ("shop", SHA, "success")
    ]
    reports = "select suite, passed, failed, failed_tests from staging.stg_events__build_report"
    assert _rows(settings.database, reports) == [("unit", 1, 1, ["b"])]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report.xml"], "add --repository"),
        (["report.xml", "--repository", "acme/shop"], "--sha or --run-id"),
        (["events.ndjson", "--sha", SHA], "is no report"),
    ],
)
def test_a_report_that_nobody_explains_is_wrong_use(arguments, said, storyline, tmp_path):
    (tmp_path / arguments[0]).write_text(JUNIT)
    done = storyline("import", tmp_path / arguments[0], *arguments[1:])
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.ndjson")), ids=lambda path: path.stem)
def test_an_example_is_what_the_standard_says(example: Path, vendor_api: Path) -> None:
    schemas = {path.stem: json.loads(path.read_text()) for path in (vendor_api / "cdevents-v0.5.1").glob("*.json")}
    for line in example.read_text().splitlines():
        told: dict[str, Any] = json.loads(line)
        subject, predicate = told["type"].split(".")[2:4]
        schema = schemas[subject + predicate]
        jsonschema.validate(
            told["data"]["subject"]["content"], schema["properties"]["subject"]["properties"]["content"]
        )

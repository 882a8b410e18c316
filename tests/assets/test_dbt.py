"""A failed test keeps every reader on the version before; a warning is told and keeps nothing."""

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.settings import Settings
from tests.assets.nights import Night, ask, night, plant_test, sleep_over, small_line
from tests.conftest import ROOT, command_line, environment
from warehouse.serving import resolve

LAST_DAY = "select max(date_on) from marts.dim_dates"
ONE_RUN = "select * from {{ ref('stg_log__runs') }} where as_of > '2026-04-01' limit 1"
BROKEN = "assert_no_run_is_of_april"
# Warns whatever the moment, and no run of the log is read for it.
ONE_COUNT = "select count(*) as refused from {{ ref('fct_quarantine') }}"
WARNING = "assert_nobody_counts"
# Ends with 0 when this process lets another one write, at once.
WRITE = """
import sys
from pathlib import Path

from warehouse.connection import writer

with writer(Path(sys.argv[1])) as connection:
    connection.execute("select 1")
"""


@dataclass
class Week:
    """Nights by name, and the version and last day that readers saw after each.

    Attributes:
        was_free: whether another process could write after a night that went well and after one that failed.
    """

    settings: Settings
    nights: dict[str, Night] = field(default_factory=dict)
    versions: dict[str, Path] = field(default_factory=dict)
    last_day: dict[str, object] = field(default_factory=dict)
    was_free: list[bool] = field(default_factory=list)
    published_by_hand: "subprocess.CompletedProcess[str] | None" = None

    def sleep(self, name: str) -> None:
        self.nights[name] = sleep_over(self.settings, len(self.nights))
        self.versions[name] = resolve(self.settings)
        self.last_day[name] = ask(self.versions[name], LAST_DAY)[0][0]

    def is_free(self) -> bool:
        """Tell whether another process can write now."""
        writing = subprocess.run([sys.executable, "-c", WRITE, self.settings.database], cwd=ROOT, check=False)
        return writing.returncode == 0


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    week = Week(small_line(tmp_path_factory.mktemp("week")))
    project = week.settings.dbt_project
    week.sleep("well")
    week.was_free.append(week.is_free())
    broken = plant_test(project, "no_run_is_of_april", ONE_RUN)
    week.sleep("failed")
    week.was_free.append(week.is_free())
    week.published_by_hand = subprocess.run(
        command_line("publish"),
        cwd=ROOT,
        env=environment(week.settings.home),
        capture_output=True,
        text=True,
        check=False,
    )
    broken.unlink()
    plant_test(project, "nobody_counts", ONE_COUNT, severity="warn")
    week.sleep("warned")
    week.sleep("quiet")
    project.joinpath("models", "marts", "health", "fct_quarantine.sql").write_text("select * from {{ ref('nowhere') }}")
    week.sleep("unreadable")
    return week


def test_a_failed_invariant_ends_the_night_with_4_and_is_named(week):
    outcome = week.nights["failed"].outcome
    assert outcome.exit_code == 4
    assert len(outcome.sentences) == 1
    assert outcome.sentences[0].startswith(f"Nothing will be published: {BROKEN}: Got 1 result")


def test_after_a_failed_invariant_readers_see_the_version_before(week):
    assert week.nights["well"].outcome.exit_code == 0
    assert week.versions["failed"] == week.versions["well"]
    assert week.last_day["failed"] == night(0).date() == date(2026, 3, 31)
    assert "serving/serving_file" not in week.nights["failed"].made


def test_what_failed_is_an_error_and_what_waited_for_it_is_no_pass(week):
    checks = week.nights["failed"].checks
    failed = checks["staging/stg_log__runs", BROKEN]
    assert (failed.passed, failed.severity, failed.blocking) == (False, dg.AssetCheckSeverity.ERROR, True)
    assert failed.metadata["failing_rows"].value == 1
    waited = checks["marts/fct_source_freshness", "assert_sources_are_fresh"]
    assert (waited.passed, waited.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert waited.metadata["status"].value == "skipped"
    assert checks["marts/fct_quarantine", "columns_hold_fct_quarantine_quarantine_id"].passed


def test_models_that_waited_for_a_failed_test_do_not_count_as_built(week):
    made = week.nights["failed"].made.keys()
    assert {"staging/stg_log__runs", "marts/fct_quarantine"} <= made
    assert not {"intermediate/int_as_of", "marts/dim_dates", "marts/fct_source_freshness"} & made


def test_nobody_can_publish_by_hand_what_failed(week):
    refused = week.published_by_hand
    assert refused is not None
    assert (refused.returncode, refused.stdout) == (4, "")
    assert refused.stderr.startswith(f"storyline: nothing published: the last transform failed: {BROKEN}: Got 1 result")


def test_a_warning_is_told_by_its_check_and_published(week):
    warned = week.nights["warned"]
    assert warned.outcome.exit_code == 0
    check = warned.checks["marts/fct_quarantine", WARNING]
    assert (check.passed, check.severity, check.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
    assert week.last_day["warned"] == night(2).date()


def test_the_night_after_a_failure_builds_everything_and_publishes(week):
    made = week.nights["warned"].made
    assert "marts/dim_dates" in made
    assert not [key for key, told in made.items() if told.get("status") == "unchanged"]


def test_a_warning_is_told_again_on_a_quiet_night(week):
    quiet = week.nights["quiet"]
    assert quiet.made["marts/fct_quarantine"] == {"status": "unchanged"}
    check = quiet.checks["marts/fct_quarantine", WARNING]
    assert (check.passed, check.metadata["status"].value) == (False, "warn")
    unchanged = quiet.checks["marts/fct_quarantine", "columns_hold_fct_quarantine_quarantine_id"]
    assert unchanged.metadata["status"].value == "unchanged"


def test_models_that_cannot_be_read_end_the_night_with_4_and_a_sentence(week):
    """The command ended with a trace of its own calls, and with the code of a busy warehouse."""
    outcome = week.nights["unreadable"].outcome
    assert outcome.exit_code == 4
    assert "fct_quarantine" in outcome.sentences[0]
    assert "nowhere" in outcome.sentences[0]
    assert "Nothing was taken in and nothing published: " in outcome.sentences[0]
    assert week.versions["unreadable"] == week.versions["quiet"]


def test_whether_a_night_went_well_or_failed_another_process_can_write_at_once(week):
    assert week.was_free == [True, True]

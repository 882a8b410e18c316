"""What comes in is pseudonymised, placed and dated before it is kept."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipelines.sources.jira as jira
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.base import RecordingError
from warehouse.connection import reader
from warehouse.lock import Locked

FIXTURES = Path(jira.__file__).parent / "fixtures"
AS_OF = datetime(2026, 3, 31, 6, tzinfo=UTC)


def replay(settings: Settings, folder: Path, hours: int = 0):
    return take_in(settings, Intake("jira", folder, "replay", AS_OF + timedelta(hours=hours)))


def deletions(settings: Settings) -> list[tuple]:
    with reader(settings.database) as connection:
        return connection.execute(
            """
            select payload ->> 'key', instance, occurred_at from log.current_events where event_type = 'ticket.deleted'
            """
        ).fetchall()


@pytest.fixture
def only_deleted(tmp_path: Path) -> Path:
    folder = tmp_path / "later"
    folder.mkdir()
    folder.joinpath("deleted.json").write_text(json.dumps(["SHOP-1"]))
    return folder


def test_a_ticket_found_deleted_later_is_deleted_when_that_was_noticed_and_once(settings, only_deleted, tmp_path):
    one_site = tmp_path / "first"
    one_site.mkdir()
    for name in ("issues.json", "deleted.json"):
        shutil.copy(FIXTURES / name, one_site)
    replay(settings, one_site)
    before = {key for key, _, _ in deletions(settings)}
    assert replay(settings, only_deleted, hours=24).new_records == 1
    assert replay(settings, only_deleted, hours=48).new_records == 0
    (noticed,) = [row for row in deletions(settings) if row[0] not in before]
    assert noticed == ("SHOP-1", "acme-shop.atlassian.net", AS_OF + timedelta(hours=24))


def test_a_recording_of_no_known_site_says_what_is_missing(settings, only_deleted):
    with pytest.raises(RecordingError, match="does not tell which jira site it is of, and the log knows none yet"):
        replay(settings, only_deleted)


def test_a_ticket_recorded_with_half_its_history_takes_nothing_from_the_whole_one(settings, tmp_path):
    # Recorded again without its older page, at the same `updated`: the later delivery won and three moves vanished.
    short = tmp_path / "short"
    short.mkdir()
    issues = json.loads((FIXTURES / "issues.json").read_text())
    cut = max(issues, key=lambda issue: len(issue["changelog"]["histories"]))
    cut["changelog"]["histories"] = cut["changelog"]["histories"][:1]
    short.joinpath("issues.json").write_text(json.dumps([cut]))
    replay(settings, FIXTURES)
    before = moves(settings)
    assert before
    done = replay(settings, short, hours=1)
    assert (done.new_records, done.quarantined) == (0, 1)
    (reason,) = done.reasons
    assert "cut short at 1 of" in reason
    assert moves(settings) == before
    assert replay(settings, short, hours=2).quarantined == 0


def moves(settings: Settings) -> list[tuple]:
    with reader(settings.database) as connection:
        return connection.execute(
            "select subject, event_id from log.current_events where event_type = 'ticket.status_changed' order by all"
        ).fetchall()


def test_an_old_list_of_statuses_does_not_undo_a_newer_one(settings, tmp_path):
    # Neither list tells a time; the tickets beside it do.
    newer = tmp_path / "newer"
    newer.mkdir()
    statuses = json.loads((FIXTURES / "statuses.json").read_text())
    statuses[0]["name"] = "Renamed"
    newer.joinpath("statuses.json").write_text(json.dumps(statuses))
    issues = json.loads((FIXTURES / "issues.json").read_text())
    issues[0]["fields"]["updated"] = "2030-01-01T00:00:00.000+0000"
    newer.joinpath("issues.json").write_text(json.dumps(issues))
    replay(settings, FIXTURES)
    replay(settings, newer, hours=1)
    replay(settings, FIXTURES, hours=2)
    with reader(settings.database) as connection:
        names = connection.execute(
            "select payload ->> 'name' from log.current_events where event_type = 'status.defined'"
        ).fetchall()
    assert ("Renamed",) in names


ADA = {"login": "ada-moreno", "type": "User", "email": "ada@acme.example"}
BAD = {
    "github": (
        "pulls.json",
        [{"html_url": "https://github.com/acme/shop/pull/1", "user": ADA, "title": "by ada-moreno"}],
    ),
    "jira": (
        "issues.json",
        [{"key": "SHOP-1", "fields": {"assignee": {"name": "ada-moreno", "displayName": "Ada M."}}}],
    ),
    "cloudevents": (
        "lines.ndjson",
        {"specversion": "1.0", "data": {"actor": "ada-moreno", "text": "ada@acme.example"}},
    ),
    "torn": ("lines.ndjson", '{"mail": "ada@acme.example", "text": "' + 20 * "x" + '", "actor": "ada-moreno", '),
}


@pytest.mark.parametrize("case", BAD)
def test_nobody_is_named_in_the_quarantine_either(settings, tmp_path, case):
    # A pull request without a number lay in quarantine with its author's login, for ever, in a log that names nobody.
    name, content = BAD[case]
    source = "cloudevents" if case == "torn" else case
    folder = tmp_path / "bad"
    folder.mkdir()
    folder.joinpath(name).write_text(content if isinstance(content, str) else json.dumps(content))
    if source == "jira":
        shutil.copy(FIXTURES / "statuses.json", folder)
    done = take_in(settings, Intake(source, folder, "replay", AS_OF))
    assert done.quarantined == 1
    with reader(settings.database) as connection:
        ((body,),) = connection.execute("select body from log.quarantine").fetchall()
    assert "p_" in body
    assert not [word for word in ("ada", "Ada", "acme.example") if word in body.replace("acme/shop", "")]


def test_a_replay_beside_another_writer_is_told_who_writes_before_it_touches_a_file(settings):
    # Two replays at once: the second met the table of people half written, and told of a file lock of DuckDB's.
    ready = (
        "import sys; from pipelines.clock import now; from warehouse.lock import exclusive; from pathlib import Path"
    )
    hold = "with exclusive(Path(sys.argv[1]), command='storyline nightly', since=now()): print('held'); input()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", f"{ready}\n{hold}", str(settings.lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match="storyline nightly"):
            replay(settings, FIXTURES)
        assert not settings.people_database.exists()
        other.communicate(b"\n")
    assert replay(settings, FIXTURES).new_records > 0

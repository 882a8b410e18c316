"""A ticket may go, come back and go again; the log keeps each, and the marts tell the last."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from tests.conftest import build
from warehouse.connection import reader

NOTICED = datetime(2026, 3, 31, 6, tzinfo=UTC)


def issue(updated: str) -> dict[str, Any]:
    """SHOP-1 as of its last update."""
    fields = {"created": "2026-03-01T09:00:00.000+0000", "updated": updated, "summary": "Export"}
    site = "https://shop.example/rest/api/2/issue/10001"
    return {"id": "10001", "key": "SHOP-1", "self": site, "fields": fields, "changelog": {"histories": [], "total": 0}}


BEFORE, AFTER = issue("2026-03-02T09:00:00.000+0000"), issue("2026-03-20T09:00:00.000+0000")


class Line:
    """A home that gets recordings of one ticket, day after day."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.settings, self.folder = Settings(home=home), folder

    def reads(self, day: int, **files: Any) -> int:
        """Replay a recording of these files on a day; returns how many records were new."""
        folder = self.folder / str(len(list(self.folder.glob("*"))))
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / f"{name}.json").write_text(json.dumps(content))
        return take_in(self.settings, Intake("jira", folder, "replay", NOTICED + timedelta(days=day))).new_records

    def story(self) -> tuple[bool, int | None, int]:
        """Whether the ticket is deleted, since which day, and how often its timeline tells so."""
        assert build(self.settings, "fct_stories", "fct_story_events").ok
        with reader(self.settings.database) as connection:
            ((is_deleted, deleted_at),) = connection.execute(
                "select is_deleted, deleted_at from marts.fct_stories"
            ).fetchall()
            ((times,),) = connection.execute(
                "select count(*) from marts.fct_story_events where event_type = 'ticket.deleted'"
            ).fetchall()
        return is_deleted, deleted_at and (deleted_at - NOTICED).days, times


def test_a_ticket_that_is_deleted_restored_and_deleted_again_is_deleted(home: Path, tmp_path: Path) -> None:
    # The list of deleted keys reads the same both times, so the second deletion was taken for the first delivered
    # again, and the ticket stood open in every figure.
    line = Line(home, tmp_path / "recordings")
    line.reads(0, issues=[BEFORE])
    assert line.reads(1, deleted=["SHOP-1"]) == 1
    assert line.story() == (True, 1, 1)
    line.reads(2, issues=[AFTER])
    assert line.story() == (False, None, 1)
    assert line.reads(3, deleted=["SHOP-1"]) == 1
    assert line.story() == (True, 3, 2)
    assert [line.reads(day, deleted=["SHOP-1"]) for day in (4, 5)] == [0, 0]
    # Read again as of its own day, the old list says what it said then.
    assert line.reads(1, deleted=["SHOP-1"]) == 0
    assert line.reads(6, issues=[BEFORE]) == 0
    assert line.story() == (True, 3, 2)


def test_what_is_read_at_one_moment_counts_in_its_order(home: Path, tmp_path: Path) -> None:
    line = Line(home, tmp_path / "recordings")
    line.reads(0, issues=[BEFORE], deleted=["SHOP-1"])
    assert line.story() == (True, 0, 1)
    assert line.reads(0, issues=[BEFORE], deleted=["SHOP-1"]) == 0
    assert line.reads(1, deleted=["SHOP-1"]) == 0
    line.reads(0, issues=[AFTER])
    assert line.story() == (False, None, 1)

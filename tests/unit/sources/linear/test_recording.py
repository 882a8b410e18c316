"""What a folder of Linear's responses holds, and what is wrong with it."""

from pathlib import Path

import pytest

from pipelines.sources.base import UNKNOWN_INSTANCE, BadRecord, RawRecord, RecordingError
from pipelines.sources.linear import SOURCE

from .conftest import WORKSPACE, Walk, issue, state, write


def test_the_workspace_is_told_by_the_issues_addresses_and_holds_for_folders_below(walk: Walk, tmp_path: Path) -> None:
    write(tmp_path, issues=[issue()])
    write(tmp_path / "below", workflow_states=[state("Doing")])
    assert {record.instance for record in walk(tmp_path)} == {WORKSPACE}
    alone = write(tmp_path / "alone" / "x", workflow_states=[state("Doing")])
    assert [record.instance for record in walk(alone)] == [UNKNOWN_INSTANCE]


def test_an_issue_whose_history_is_missing_or_cut_short_is_no_record(walk: Walk, tmp_path: Path) -> None:
    short = issue() | {"history": {"nodes": [], "pageInfo": {"hasNextPage": True}}}
    found = walk(write(tmp_path, issues=[short, issue(history=[]) | {"history": None}, issue()]))
    assert [type(record) for record in found] == [BadRecord, BadRecord, RawRecord]
    reasons = [record.reason for record in found if isinstance(record, BadRecord)]
    assert "ENG-1: its history is cut short" in reasons[0]
    assert "ENG-1: it has no history" in reasons[1]


def test_rows_that_are_no_objects_are_told_by_their_place(walk: Walk, tmp_path: Path) -> None:
    found = walk(write(tmp_path, issues=[7], workflow_states=["x"], deleted=[None]))
    assert [record.record_key for record in found] == ["workflow_states.json[0]", "issues.json[0]", "deleted.json[0]"]
    assert all(isinstance(record, BadRecord) for record in found)


def test_a_deletion_tells_the_version_that_went_where_the_recording_knows_it(walk: Walk, tmp_path: Path) -> None:
    found = walk(write(tmp_path, issues=[issue()], deleted=["ENG-1", "ENG-9"]))
    known, bare = [record for record in found if isinstance(record, RawRecord) and record.stream == "deletions"]
    assert (known.body["last_updated_at"], known.is_bare_deletion) == ("2026-02-05T09:00:00+00:00", False)
    assert (bare.body, bare.is_bare_deletion) == ({"key": "ENG-9"}, True)


@pytest.mark.parametrize("content", [b"{", b"{}", b"\xff\xfe", b'[{"id": NaN}]'])
def test_a_file_that_is_no_list_of_json_is_refused(walk: Walk, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "issues.json").write_bytes(content)
    with pytest.raises(RecordingError, match=r"issues\.json"):
        list(SOURCE.read_recording(tmp_path))

"""What a folder of Jira responses holds, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.sources.base import UNKNOWN_INSTANCE, BadRecord, RawRecord, RecordingError
from pipelines.sources.jira import SOURCE

from .conftest import SITE, history, issue, move

Write = Callable[..., Path]
STATUS = {"id": "3", "name": "In Progress", "self": f"{SITE}/rest/api/3/status/3"}


def bad(folder: Path) -> list[BadRecord]:
    return [record for record in SOURCE.read_recording(folder) if isinstance(record, BadRecord)]


def good(folder: Path) -> list[RawRecord]:
    return [record for record in SOURCE.read_recording(folder) if isinstance(record, RawRecord)]


def test_histories_of_both_files_are_united_by_id(write: Write) -> None:
    first, second = (history(n, f"2026-01-0{n}T09:00:00.000+0000", move("1", "2")) for n in (1, 2))
    folder = write(issues=[issue(second, second)], changelogs={"10001": [first, second]})
    assert [one["id"] for one in good(folder)[0].body["changelog"]["histories"]] == ["1", "2"]
    assert bad(folder) == []


def test_an_issue_whose_changelog_stays_short_is_refused_with_what_to_do(write: Write) -> None:
    short = issue(history(1, "2026-01-01T09:00:00.000+0000", move("1", "2")))
    short["changelog"]["total"] = 4
    folder = write(issues=[short])
    assert good(folder) == []
    assert [(record.record_key, record.reason) for record in bad(folder)] == [
        ("10001", "SHOP-1: its changelog is cut short at 1 of 4 histories; put the rest into changelogs.json")
    ]


def test_an_issue_without_a_changelog_is_refused_with_what_to_do(write: Write) -> None:
    bare = {name: value for name, value in issue().items() if name != "changelog"}
    folder = write(issues=[bare])
    assert good(folder) == []
    assert "expand=changelog" in bad(folder)[0].reason


def test_a_row_that_is_no_issue_stops_nothing(write: Write) -> None:
    folder = write(issues=[7, {"key": "SHOP-2"}, issue()], changelogs={"99": []})
    assert [record.record_key for record in good(folder)] == ["10001"]
    assert [record.record_key for record in bad(folder)] == ["issues.json[0]", "issues.json[1]", "changelogs.json[99]"]


def test_lists_carry_the_id_of_their_ticket(write: Write) -> None:
    comment = {"id": "1", "self": f"{SITE}/rest/api/3/issue/10002/comment/1"}
    folder = write(issues=[issue()], comments={"SHOP-1": [], "SHOP-2": [comment]}, remotelinks={"SHOP-1": "x"})
    found = {record.record_key: record.body["issue_id"] for record in good(folder) if record.stream == "comments"}
    assert found == {"SHOP-1": "10001", "SHOP-2": "10002"}
    assert [record.reason for record in bad(folder)] == ["remotelinks.json holds no list for SHOP-1"]


def test_sub_folders_are_projects_and_may_be_of_another_site(write: Write, tmp_path: Path) -> None:
    folder = write(statuses=[STATUS])
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "statuses.json").write_text(
        '[{"id": "3", "self": "https://jira.acme.example/rest/api/2/status/3"}]'
    )
    (folder / "a" / "deleted.json").write_text('["SHOP-9"]')
    assert [(record.instance, record.record_key) for record in good(folder)] == [
        ("acme-shop.atlassian.net", "3"),
        ("acme-shop.atlassian.net", "SHOP-9"),
        ("jira.acme.example", "3"),
    ]


def test_sites_behind_the_gateway_are_told_apart(write: Write) -> None:
    folder = write(statuses=[STATUS | {"self": "https://api.atlassian.com/ex/jira/site-7/rest/api/3/status/3"}])
    assert good(folder)[0].instance == "api.atlassian.com/ex/jira/site-7"


def test_a_list_of_keys_alone_tells_no_site(write: Write) -> None:
    assert [record.instance for record in good(write(deleted=["SHOP-1"]))] == [UNKNOWN_INSTANCE]


def test_a_page_that_a_ticket_links_to_tells_no_site(write: Write) -> None:
    link = {
        "id": 1,
        "object": {"url": "https://other.example/rest/x"},
        "self": f"{SITE}/rest/api/3/issue/1/remotelink/1",
    }
    assert good(write(remotelinks={"SHOP-1": [link]}))[0].instance == "acme-shop.atlassian.net"


@pytest.mark.parametrize(("name", "content"), [("issues", {}), ("comments", []), ("deleted", "SHOP-1")])
def test_a_file_of_another_shape_is_refused_by_name(write: Write, name: str, content: object) -> None:
    with pytest.raises(RecordingError, match=rf"{name}\.json must hold"):
        good(write(statuses=[STATUS], **{name: content}))


def test_a_file_that_is_not_json_is_refused_by_name(write: Write) -> None:
    folder = write(statuses=[STATUS])
    (folder / "issues.json").write_text('[{"id": NaN}]')
    with pytest.raises(RecordingError, match=r"issues\.json is not JSON"):
        good(folder)

"""A folder of recorded responses becomes raw records; what is wrong with it is said by file and row."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import parse_time
from pipelines.sources.base import BadRecord, RawRecord, RecordingError
from pipelines.sources.github import SOURCE

WEB, API = "https://github.com/acme/shop", "https://api.github.com/repos/acme/shop"


def pull(number: int, updated_at: str = "2026-03-02T10:00:00Z") -> dict[str, Any]:
    return {"number": number, "html_url": f"{WEB}/pull/{number}", "updated_at": updated_at}


def comment(comment_id: int, number: int, at: str = "2026-03-01T10:00:00Z") -> dict[str, Any]:
    return {"id": comment_id, "issue_url": f"{API}/issues/{number}", "created_at": at, "updated_at": at}


def write(folder: Path, **files: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def read(folder: Path) -> tuple[dict[tuple[str, str], RawRecord], list[BadRecord]]:
    found = list(SOURCE.read_recording(folder))
    good = {(one.stream, one.record_key): one for one in found if isinstance(one, RawRecord)}
    return good, [one for one in found if isinstance(one, BadRecord)]


def test_a_pull_request_without_comments_left_has_an_empty_list(tmp_path: Path) -> None:
    good, _ = read(write(tmp_path, pulls=[pull(1), pull(2)], issue_comments=[comment(9, 1)]))
    assert good["issue_comments", "acme/shop#1"].body == [comment(9, 1)]
    assert good["issue_comments", "acme/shop#2"].body == []


def test_an_absent_file_says_nothing(tmp_path: Path) -> None:
    good, _ = read(write(tmp_path, pulls=[pull(1)]))
    assert list(good) == [("pull_requests", "acme/shop#1")]


def test_in_a_file_by_id_an_empty_list_says_empty_and_a_missing_id_nothing(tmp_path: Path) -> None:
    good, _ = read(write(tmp_path, pulls=[pull(1), pull(2)], pull_reviews={"1": []}))
    assert good["pull_reviews", "acme/shop#1"].body == []
    assert ("pull_reviews", "acme/shop#2") not in good


def test_a_list_is_as_new_as_the_pull_request_that_it_belongs_to(tmp_path: Path) -> None:
    good, _ = read(write(tmp_path, pulls=[pull(1)], issue_comments=[comment(9, 1), comment(8, 5)]))
    assert good["issue_comments", "acme/shop#1"].vendor_version_at == parse_time("2026-03-02T10:00:00Z")
    assert good["issue_comments", "acme/shop#5"].vendor_version_at == parse_time("2026-03-01T10:00:00Z")


def test_the_order_in_which_comments_were_listed_is_no_change(tmp_path: Path) -> None:
    rows = [comment(10, 1), comment(9, 1)]
    one, _ = read(write(tmp_path / "newest-first", pulls=[pull(1)], issue_comments=rows))
    other, _ = read(write(tmp_path / "oldest-first", pulls=[pull(1)], issue_comments=rows[::-1]))
    assert one == other


def test_each_attempt_of_a_run_is_a_record(tmp_path: Path) -> None:
    runs = [{"id": 5, "run_attempt": attempt, "html_url": f"{WEB}/actions/runs/5"} for attempt in (1, 2)]
    good, _ = read(write(tmp_path, actions_runs={"total_count": 2, "workflow_runs": runs}))
    assert [key for _, key in good] == ["acme/shop/5.1", "acme/shop/5.2"]


def test_a_pull_request_in_the_list_of_issues_is_no_issue(tmp_path: Path) -> None:
    rows = [
        {"number": 1, "html_url": f"{WEB}/pull/1"},
        {"number": 2, "html_url": f"{WEB}/issues/2", "pull_request": {"url": f"{API}/pulls/2"}},
        {"number": 3, "html_url": f"{WEB}/issues/3"},
    ]
    good, _ = read(write(tmp_path, issues=rows))
    assert list(good) == [("issues", "acme/shop#3")]


def test_sub_folders_are_one_repository_each(tmp_path: Path) -> None:
    write(tmp_path / "shop", pulls=[pull(1)])
    write(tmp_path / "till", repository={"full_name": "acme/till", "html_url": "https://git.acme.example/acme/till"})
    good, _ = read(tmp_path)
    assert [(one.instance, one.record_key) for one in good.values()] == [
        ("github.com", "acme/shop#1"),
        ("git.acme.example", "acme/till"),
    ]


@pytest.mark.parametrize(
    ("address", "instance"),
    [
        ("https://api.github.com/repos/acme/shop/issues/1", "github.com"),
        ("https://git.acme.example/api/v3/repos/acme/shop/issues/1", "git.acme.example"),
        ("https://GitHub.com/acme/shop/issues/1", "github.com"),
    ],
)
def test_the_repository_is_known_from_addresses(tmp_path: Path, address: str, instance: str) -> None:
    good, _ = read(write(tmp_path, issues=[{"number": 1, "url": address}]))
    assert [(one.instance, one.record_key) for one in good.values()] == [(instance, "acme/shop#1")]


def test_a_recording_that_names_no_repository_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"add repository\.json"):
        read(write(tmp_path, pulls=[{"number": 1}]))


@pytest.mark.parametrize("text", ["", "{", '[{"number": NaN}]', "\udcff"])
def test_a_file_that_is_not_json_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "pulls.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RecordingError, match=r"pulls\.json is not JSON"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"), [("pulls", {}), ("pull_reviews", []), ("actions_runs", {"runs": []}), ("repository", [])]
)
def test_a_file_of_the_wrong_shape_is_named(tmp_path: Path, name: str, content: Any) -> None:
    with pytest.raises(RecordingError, match=rf"{name}\.json must hold"):
        read(write(tmp_path, **{name: content}))


def test_a_row_that_is_no_record_goes_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    good, bad = read(
        write(
            tmp_path,
            pulls=[pull(1), "words", {"title": "without a number"}],
            pull_reviews={"1": [{"state": "APPROVED"}, {"id": 7}], "2": {"message": "Not Found"}},
            issue_comments=[{"id": 3}, comment(9, 1)],
            actions_jobs={"5": [{"name": "tests"}]},
        )
    )
    assert good["pull_reviews", "acme/shop#1"].body == [{"id": 7}]
    assert good["issue_comments", "acme/shop#1"].body == [comment(9, 1)]
    assert [one.record_key for one in bad] == [
        "acme/shop/pulls.json[1]",
        "acme/shop/pulls.json[2]",
        "acme/shop/pull_reviews.json[1][0]",
        "acme/shop/pull_reviews.json[2]",
        "acme/shop/issue_comments.json[0]",
        "acme/shop/actions_jobs.json[5][0]",
    ]
    assert all(".json" in one.reason for one in bad)
    assert bad[0].text == '"words"'

"""A folder of recorded responses becomes records, and what is none says why."""

import json
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.launchdarkly as launchdarkly
from pipelines.sources.base import BadRecord, RawRecord, RecordingError


def read(folder: Path, **files: Any) -> list[RawRecord | BadRecord]:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return list(launchdarkly.SOURCE.read_recording(folder))


FLAG = {"key": "export", "creationDate": 1_772_000_000_000, "_links": {"self": {"href": "/api/v2/flags/shop/export"}}}


def test_the_two_files_of_the_layout_are_enough_and_tell_the_commercial_site(tmp_path):
    found = read(tmp_path / "r", auditlog=[{"_id": "a1"}], flags=[FLAG])
    assert [(one.instance, one.stream, one.record_key) for one in found] == [
        ("app.launchdarkly.com", "flags", "shop/export"), ("app.launchdarkly.com", "auditlog", "a1"),
    ]  # fmt: skip


def test_an_answer_is_read_with_its_envelope_and_an_address_with_a_host_tells_the_site(tmp_path):
    whole = {**FLAG, "_links": {"self": {"href": "https://app.eu.launchdarkly.com/api/v2/flags/shop/export"}}}
    (found,) = read(tmp_path / "r", flags={"items": [whole], "totalCount": 1})
    assert (found.instance, found.record_key) == ("app.eu.launchdarkly.com", "shop/export")


def test_each_sub_folder_is_another_project(tmp_path):
    read(tmp_path / "r", auditlog=[{"_id": "a1"}])
    read(tmp_path / "r" / "other", auditlog=[{"_id": "a2"}])
    assert [one.record_key for one in read(tmp_path / "r")] == ["a1", "a2"]


@pytest.mark.parametrize("row", [None, 7, "words", [], {}, {"_id": None}, {"_id": {"a": 1}}])
def test_a_row_that_does_not_say_which_entry_it_is_goes_to_quarantine(tmp_path, row):
    (bad,) = read(tmp_path / "r", auditlog=[row])
    assert isinstance(bad, BadRecord)
    assert bad.reason == "row 0 of auditlog.json is no object that says which one it is"


@pytest.mark.parametrize("content", ["{", "[NaN]", "7", b"\xff\xfe".decode("latin-1"), "[" * 100_000])
def test_a_file_that_is_no_list_is_refused_in_one_sentence(tmp_path, content):
    (tmp_path / "auditlog.json").write_text(content)
    with pytest.raises(RecordingError, match=r"auditlog\.json") as refused:
        list(launchdarkly.SOURCE.read_recording(tmp_path))
    assert "\n" not in str(refused.value)

"""What an event's row keeps, and what becomes of lines that are none. The recording holds each trap once."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.amplitude as amplitude
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.base import RecordingError
from warehouse.connection import reader

FIXTURES = Path(amplitude.__file__).parent / "fixtures"
AS_OF = datetime(2026, 3, 31, 6, tzinfo=UTC)
TABLE = {"internal_domains": ["acme.example"], "properties": ["feature", "page", "a.b", "💥", 'q"uote']}
COLUMNS = (
    "event_type", "person_key", "device_key", "session_id", "occurred_at", "plan", "revenue", "is_internal",
    "is_exposure", "flag_key", "variant", "properties", "user_properties", "insert_id",
)  # fmt: skip


def taken(home: Path, folder: Path, table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    settings = Settings(home=home, sources={"amplitude": table})
    take_in(settings, Intake("amplitude", folder, "replay", AS_OF))
    with reader(settings.database) as connection:
        found = connection.execute(f"select {', '.join(COLUMNS)} from log.usage_events order by insert_id").fetchall()
    return {row[-1][-4:]: dict(zip(COLUMNS, row, strict=True)) for row in found}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return taken(tmp_path_factory.mktemp("usage") / "home", FIXTURES, TABLE)


def of_lines(home: Path, *lines: bytes | dict[str, Any]) -> tuple[Settings, dict[str, dict[str, Any]]]:
    folder = home.parent / "recorded"
    folder.mkdir(exist_ok=True)
    packed = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines) + b"\n"
    (folder / "1_2026-03-30_8#0.json.gz").write_bytes(gzip.compress(packed, mtime=0))
    return Settings(home=home), taken(home, folder, {})


def line(**changed: Any) -> dict[str, Any]:
    whole = {"$insert_id": "a-0001", "event_type": "Seen", "event_time": "2026-03-30 08:00:00", "user_id": "u"}
    return whole | changed


def test_every_way_to_tell_an_exposure_is_one_with_its_flag_and_variant(rows):
    told = {row["event_type"]: (row["flag_key"], row["variant"]) for row in rows.values() if row["is_exposure"]}
    assert told == {
        "[Experiment] Exposure": ("csv-export", "on"),
        "$exposure": ("csv-export", "off"),
        "$feature_flag_called": ("csv-export", "true"),
        "feature_flag.evaluation": ("csv-export", "on"),
    }


def test_names_in_any_letters_are_kept_word_for_word(rows):
    assert rows["0007"]["event_type"] == 'Größe 📐 "geändert" a.b\x00c'
    assert json.loads(rows["0007"]["properties"]) == {"feature": "größe", "a.b": 1, "💥": 2, 'q"uote': 3}


def test_our_own_people_are_told_by_their_address_or_a_property_and_neither_is_kept(rows):
    assert [key for key, row in rows.items() if row["is_internal"]] == ["0008", "0009"]
    assert rows["0023"]["properties"] == '{"page":"/mail?to=[email]"}'
    assert "@" not in str(rows)


def test_a_device_and_a_person_can_be_tied_and_one_without_a_sign_in_has_none(rows):
    assert rows["0002"]["person_key"] is None
    assert rows["0002"]["device_key"] == rows["0005"]["device_key"]
    assert rows["0001"]["person_key"] != rows["0001"]["device_key"]


def test_numbers_as_texts_sessions_outside_and_zones_are_read(rows):
    assert rows["0010"]["session_id"] == 1_774_828_800_000
    assert rows["0010"]["person_key"] is not None
    assert rows["0011"]["session_id"] is None
    assert rows["0012"]["revenue"] == 19.0
    assert rows["0021"]["occurred_at"] == datetime(2026, 3, 30, 8, 21, tzinfo=UTC)
    assert rows["0022"]["properties"] is None
    assert rows["0031"]["occurred_at"] == datetime(2026, 3, 22, 9, 31, tzinfo=UTC)


def test_an_event_without_an_insert_id_has_the_vendors_own_and_one_that_names_a_user_is_hashed(rows):
    assert rows["0014"]["insert_id"].startswith("11111111-")
    hashed = [row["insert_id"] for row in rows.values() if row["insert_id"].startswith("p_")]
    assert len(hashed) == 1


def test_an_event_that_came_twice_counts_once(rows):
    assert len(rows) == 22
    assert rows["0001"]["occurred_at"] == datetime(2026, 3, 30, 8, 1, tzinfo=UTC)


def test_every_line_is_kept_or_in_quarantine_with_its_reason_and_nobodys_name(tmp_path):
    settings = Settings(home=tmp_path / "home")
    take_in(settings, Intake("amplitude", FIXTURES, "replay", AS_OF))
    with reader(settings.database) as connection:
        read, kept, refused = connection.execute(
            "select sum(rows_read), sum(rows_kept), sum(rows_refused) from log.usage_hours"
        ).fetchall()[0]
        reasons = connection.execute("select reason, body from log.quarantine order by 1").fetchall()
    assert (read, kept, refused) == (32, 24, 8)
    assert len(reasons) == 7
    assert sum(json.loads(body)["lines"] for _, body in reasons) == refused
    assert "cut off" not in str(reasons)


def test_five_megabytes_of_properties_are_kept_out_or_in_and_a_line_of_forty_goes_to_quarantine(tmp_path):
    large, larger = "x" * 5_000_000, "y" * 40_000_000
    settings, rows = of_lines(
        tmp_path / "home", line(event_properties={"feature": large}), line(**{"$insert_id": "b", "other": larger})
    )
    assert len(json.loads(rows["0001"]["properties"])["feature"]) == 5_000_000
    with reader(settings.database) as connection:
        assert [row[0] for row in connection.execute("select reason from log.quarantine").fetchall()] == [
            "1 line not kept, each because it is longer than 8 MB"
        ]


def test_a_key_told_twice_half_a_character_and_no_number_do_not_take_other_lines_with_them(tmp_path):
    _, rows = of_lines(
        tmp_path / "home",
        line(),
        b'{"$insert_id": "0002", "$insert_id": "b-0002", "event_type": "Twice", "event_time": "2026-03-30 08:00:00"}',
        b'{"$insert_id": "b-0003", "event_type": "Half \\ud800", "event_time": "2026-03-30 08:00:00"}',
        b'{"$insert_id": "b-0004", "event_type": "Nan", "event_time": "2026-03-30 08:00:00", "event_properties": '
        b'{"$price": NaN}}',
        line(**{"$insert_id": "b-0005", "event_properties": [1], "user_properties": "none", "session_id": "soon"}),
    )
    assert {key: row["event_type"] for key, row in rows.items()} == {
        "0001": "Seen", "0002": "Twice", "0003": "Half ?", "0004": "Nan", "0005": "Seen",
    }  # fmt: skip
    assert rows["0004"]["revenue"] is None


def test_properties_in_full_are_kept_where_the_settings_say_so_and_none_where_they_name_none(tmp_path):
    table: dict[str, Any] = {"properties": ["*"], "user_properties": []}
    rows = taken(tmp_path / "home", FIXTURES, table)
    assert json.loads(rows["0001"]["properties"]) == {"feature": "export", "surface": "toolbar", "page": "/projects/7"}
    assert {row["user_properties"] for row in rows.values()} == {None}


def test_a_file_that_is_cut_off_is_told_and_nothing_of_it_counts(tmp_path):
    folder = tmp_path / "recorded"
    folder.mkdir()
    whole = gzip.compress(b"".join(json.dumps(line(number=n)).encode() + b"\n" for n in range(5_000)))
    (folder / "1_2026-03-30_8#0.json.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match="cut off or broken"):
        taken(tmp_path / "home", folder, {})


def test_an_older_recording_of_an_hour_changes_nothing(tmp_path):
    newer = [line(**{"$insert_id": f"a-{number:04}"}) for number in range(3)]
    settings, rows = of_lines(tmp_path / "home", *newer)
    assert len(rows) == 3
    _, rows = of_lines(tmp_path / "home", *newer[:2])
    assert len(rows) == 3
    with reader(settings.database) as connection:
        assert connection.execute("select count(*) from log.raw_records").fetchall() == [(1,)]

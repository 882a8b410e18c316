"""What a series means, and what is no series: the vendor's answers, half of them broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import MappingError
from pipelines.sources.base import BadRecord, RawRecord, RecordingError
from pipelines.sources.prometheus import SOURCE
from pipelines.sources.prometheus.queries import measure_of, named_fields, selector

AT = 1_772_409_600  # 2026-03-02


def answer(*result: Any, **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "matrix", "result": list(result)}} | more


def series(*values: Any, start: float = AT + 300, **labels: Any) -> dict[str, Any]:
    return {"metric": labels, "values": [[start + 300 * place, value] for place, value in enumerate(values)]}


def walked(folder: Path, answers: Any) -> list[RawRecord | BadRecord]:
    (folder / "query_range.json").write_text(json.dumps(answers), encoding="utf-8")
    return list(SOURCE.read_recording(folder))


def payloads(folder: Path, answers: Any) -> list[dict[str, Any]]:
    records = [one for one in walked(folder, answers) if isinstance(one, RawRecord)]
    return [
        dict(event.payload)
        for one in records
        for event in SOURCE.to_events(one.instance, one.stream, one.record_key, one.body)
    ]


def refused(folder: Path, answers: Any) -> str:
    with pytest.raises(MappingError) as error:
        payloads(folder, answers)
    return str(error.value)


def test_a_point_tells_of_the_bucket_that_it_ends(tmp_path):
    (payload,) = payloads(tmp_path, {"error_rate": answer(series("0.01", "0.02", service="shop"))})
    assert payload["points"] == [
        {"at": "2026-03-02T00:00:00Z", "value": 0.01},
        {"at": "2026-03-02T00:05:00Z", "value": 0.02},
    ]
    assert (payload["window_start"], payload["window_end"]) == ("2026-03-02T00:00:00Z", "2026-03-02T00:10:00Z")
    assert payload["bucket_seconds"] == 300


def test_a_point_at_midnight_belongs_to_the_day_that_ends(tmp_path):
    told = payloads(tmp_path, {"requests": answer(series("1", "2", "3", start=AT + 86_400 - 300, service="shop"))})
    assert [(one["window_start"], len(one["points"])) for one in told] == [
        ("2026-03-02T00:00:00Z", 2),
        ("2026-03-03T00:00:00Z", 1),
    ]


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "inf", "nan"])
def test_what_cannot_be_measured_is_null(tmp_path, value):
    (payload,) = payloads(tmp_path, {"requests": answer(series("1", value, service="shop"))})
    assert [point["value"] for point in payload["points"]] == [1.0, None]


def test_a_value_may_be_a_number_or_a_text_of_any_writing(tmp_path):
    (payload,) = payloads(tmp_path, {"requests": answer(series(3, "4e2", " 5 ", service="shop"))})
    assert [point["value"] for point in payload["points"]] == [3.0, 400.0, 5.0]


@pytest.mark.parametrize("value", ["few", "", None, [], {}, "0x1"])
def test_a_value_that_is_no_number_is_refused_with_the_value(tmp_path, value):
    assert f"the value {value!r}" in refused(tmp_path, {"requests": answer(series("1", value, service="shop"))})


def test_a_share_in_percent_is_refused_and_a_count_is_not(tmp_path):
    assert "divide it by 100" in refused(tmp_path, {"error_rate": answer(series("1.0", "3.2", service="shop"))})
    assert payloads(tmp_path, {"requests": answer(series("1", "3.2", service="shop"))})
    # Errors and requests are counted one after the other.
    assert payloads(tmp_path, {"error_rate": answer(series("1.0000000001", "1", service="shop"))})


def test_one_moment_alone_does_not_tell_the_step(tmp_path):
    assert "does not tell its step" in refused(tmp_path, {"requests": answer(series("1", service="shop"))})


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        [],
        {},
        {"metric": None, "values": [[AT, "1"]]},
        {"metric": {"service": 7}, "values": [[AT, "1"]]},
        {"metric": {}, "values": None},
        {"metric": {}, "values": []},
        {"metric": {}, "values": [["soon", "1"]]},
        {"metric": {}, "values": [[AT]]},
        {"metric": {}, "values": [[True, "1"]]},
        {"metric": {}, "values": [[-1, "1"]]},
        {"metric": {}, "values": [[1e300, "1"]]},
    ],
)
def test_what_is_no_series_is_kept_apart_and_takes_no_other_with_it(tmp_path, broken):
    found = walked(tmp_path, {"requests": answer(broken, series("1", "2", service="shop"))})
    assert [type(one) for one in found] == [BadRecord, RawRecord]
    assert "series 1 of query requests has no labels and points" in found[0].reason


def test_a_native_histogram_is_kept_apart_with_its_reason(tmp_path):
    (found,) = walked(tmp_path, {"latency": answer({"metric": {}, "histograms": [[AT, {"count": "4"}]]})})
    assert "native histogram" in found.reason


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (None, "no reason"),
        ([], "no reason"),
        ({"status": "error", "errorType": "execution", "error": "too bad"}, "execution: too bad"),
        ({"status": "success", "data": {"resultType": "vector", "result": []}}, "a 'vector' where a matrix was due"),
        ({"status": "success", "data": None}, "where a matrix was due"),
        ({"status": "success", "data": {"resultType": "matrix", "result": None}}, "where a matrix was due"),
    ],
)
def test_an_answer_that_failed_says_so_in_quarantine(tmp_path, told, said):
    (found,) = walked(tmp_path, {"requests": told})
    assert isinstance(found, BadRecord)
    assert said in found.reason


def test_an_empty_answer_says_nothing(tmp_path):
    assert walked(tmp_path, {"requests": answer()}) == []


def test_labels_are_of_any_writing_and_any_length(tmp_path):
    text = 'چک‌اوت 🛒\u200b "quoted" \\ \n' + "x" * 5_000_000
    (payload,) = payloads(tmp_path, {"requests": answer(series("1", "2", service="shop", handler=text))})
    assert payload["labels"] == {"handler": text}


def test_bytes_that_are_no_text_are_read_all_the_same(tmp_path):
    told = json.dumps({"requests": answer(series("1", "2", service="shop"))}).encode()
    (tmp_path / "query_range.json").write_bytes(told.replace(b"shop", b"sh\xffop"))
    (record,) = SOURCE.read_recording(tmp_path)
    assert record.body["metric"] == {"service": "sh\ufffdop"}


@pytest.mark.parametrize("text", ["no json", "[]", "7"])
def test_a_file_that_is_no_object_is_refused(tmp_path, text):
    (tmp_path / "query_range.json").write_text(text)
    with pytest.raises(RecordingError, match=r"query_range\.json"):
        list(SOURCE.read_recording(tmp_path))


@pytest.mark.parametrize(
    ("query", "definition", "measure"),
    [
        ("error_rate", {}, "error_rate"),
        ("checkout_latency_p95_seconds", {}, "latency_p95_seconds"),
        ("Shop_Errors", {}, "errors"),
        ("crashed_sessions", {}, "crashed_sessions"),
        ("crash_free_rate", {}, "crash_free_rate"),
        ("queue_depth", {}, "other"),
        ("queue_depth", {"measure": "requests"}, "requests"),
        ("errors", {"measure": "unheard of"}, "errors"),
        ("errors", None, "errors"),
    ],
)
def test_a_query_measures_what_the_settings_say_or_its_name(query, definition, measure):
    assert measure_of(query, definition) == measure


@pytest.mark.parametrize(
    ("labels", "definition", "fields", "rest"),
    [
        ({"service": "shop", "job": "node"}, {}, {"service": "shop"}, {"job": "node"}),
        ({"service": "", "job": "node"}, {}, {"service": "node"}, {}),
        ({"service": "shop", "job": "node"}, {"service": "job"}, {"service": "node"}, {"service": "shop"}),
        # The settings name a label that this series lacks: then nothing tells.
        ({"service": "shop"}, {"service": "team"}, {}, {"service": "shop"}),
        ({"flag": "f", "flag_key": "k", "variant": "on"}, {}, {"flag_key": "k", "variant": "on"}, {"flag": "f"}),
        ({"__name__": "x", "env": "prod", "version": "1"}, {}, {"environment": "prod", "release": "1"}, {}),
    ],
)
def test_labels_tell_fields_by_the_settings_or_by_their_names(labels, definition, fields, rest):
    assert named_fields(labels, definition) == (fields, rest)


def test_labels_have_one_order_whatever_they_came_in():
    assert selector({"b": "2", "a": 'x"y'}) == selector({"a": 'x"y', "b": "2"}) == '{a="x\\"y",b="2"}'

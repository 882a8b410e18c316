"""What test runners leave behind is told as they counted it, whatever they make of the format."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.sources.base import RecordingError
from pipelines.sources.cloudevents.reports import Checked, lines_of
from tests.unit.sources.cloudevents.conftest import events

CHECKED = Checked("acme/shop", sha="2f0c5d2a9e8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d", change_number=7)
READ_AT = datetime(2026, 2, 5, 10, tzinfo=UTC)
JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites time="12.5" timestamp="2026-02-05T09:00:00">
  <testsuite name="unit" tests="5" failures="1" errors="1" skipped="1" time="1,204.25"
             timestamp="2026-02-05T09:01:00+02:00">
    <testcase classname="shop.cart" name="adds" time="0.1"/>
    <testcase classname="shop.cart" name="drops 🛒"><failure message="no">trace</failure></testcase>
    <testcase classname="shop.cart" name="breaks"><error/></testcase>
    <testcase classname="shop.cart" name="later"><skipped/></testcase>
    <testcase classname="shop.cart" name="shaky"><failure/></testcase>
    <testcase classname="shop.cart" name="shaky"/>
  </testsuite>
  <testsuite name="nested" tests="2">
    <testsuite name="inner" tests="2"><testcase name="a"/><testcase name="b"><flakyFailure/></testcase></testsuite>
  </testsuite>
  <testsuite name="counted" tests="10" failures="2" errors="1" skipped="3"/>
</testsuites>
"""


def report(folder: Path, text: str | bytes) -> list[dict[str, Any]]:
    file = folder / "report.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [json.loads(line) for line in lines_of(file, CHECKED, READ_AT).splitlines()]


def test_each_suite_of_a_junit_report_is_counted_by_the_names_of_its_tests(tmp_path):
    told = {line["data"]["suite"]: line for line in report(tmp_path, JUNIT)}
    assert sorted(told) == ["counted", "inner", "unit"]
    unit = told["unit"]["data"]
    assert (unit["passed"], unit["failed"], unit["skipped"], unit["flaky"]) == (2, 2, 1, 1)
    assert unit["failed_tests"] == ["shop.cart.breaks", "shop.cart.drops 🛒"]
    assert unit["duration_seconds"] == 1204.25
    assert told["unit"]["time"] == "2026-02-05T07:01:00+00:00"
    assert told["inner"]["data"]["flaky"] == 1
    assert told["inner"]["time"] == "2026-02-05T09:00:00+00:00"
    counted = told["counted"]["data"]
    assert (counted["passed"], counted["failed"], counted["skipped"]) == (4, 3, 3)
    assert "flaky" not in counted


def test_a_report_becomes_events_of_the_commit_that_it_checked(tmp_path):
    (event,) = [one for line in report(tmp_path, JUNIT)[:1] for one in events(line)]
    assert (event.event_type, event.subject) == ("build.tests_reported", f"build:acme/shop/{CHECKED.sha}")
    assert event.payload["change_number"] == 7


def test_two_suites_of_one_name_are_two(tmp_path):
    twice = "<testsuites><testsuite name='x'><testcase name='a'/></testsuite>"
    twice += "<testsuite name='x'><testcase name='b'/></testsuite></testsuites>"
    assert [line["data"]["suite"] for line in report(tmp_path, twice)] == ["x #1", "x #2"]


def test_the_same_report_read_twice_is_the_same_and_another_result_is_another(tmp_path):
    first = [line["id"] for line in report(tmp_path, JUNIT)]
    assert [line["id"] for line in report(tmp_path, JUNIT)] == first
    assert [line["id"] for line in report(tmp_path, JUNIT.replace("<error/>", ""))] != first


@pytest.mark.parametrize(
    "text",
    [
        '<coverage lines-covered="80" lines-valid="100" timestamp="1770282000000"/>',
        '<coverage timestamp="1770282000"><packages><package><classes><class><lines>'
        + '<line number="1" hits="3"/>' * 80
        + '<line number="2" hits="0"/>' * 20
        + "</lines></class></classes></package></packages></coverage>",
        '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'
        '<coverage lines-covered="80" lines-valid="100" timestamp="2026-02-05T09:00:00Z"/>',
    ],
)
def test_coverage_is_lines_reached_of_lines_in_all(text, tmp_path):
    (line,) = report(tmp_path, text)
    assert (line["data"]["lines_covered"], line["data"]["lines_total"]) == (80, 100)
    assert line["time"] == "2026-02-05T09:00:00+00:00"
    assert [event.event_type for event in events(line)] == ["build.coverage_reported"]


BOMB = """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><testsuites><testsuite name="&b;"/></testsuites>"""
OUTSIDE = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><testsuites><testsuite name="&a;"/></testsuites>"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no XML"),
        ("<testsuites", "is no XML"),
        (b"\xff\xfe\x00nonsense", "is no XML"),
        ("<html/>", "neither JUnit nor Cobertura"),
        ("<testsuites/>", "no test suite"),
        ("<coverage/>", "tells no lines"),
        (BOMB, "declares entities"),
        (OUTSIDE, "declares entities"),
    ],
)
def test_what_is_no_report_is_refused_in_one_sentence(text, said, tmp_path):
    with pytest.raises(RecordingError, match=said) as refused:
        report(tmp_path, text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("number", ["nan", "-1", "inf", "many", ""])
def test_a_number_that_is_none_is_left_out(number, tmp_path):
    text = f'<testsuite name="x" tests="1" time="{number}" timestamp="{number}"><testcase name="a"/></testsuite>'
    (line,) = report(tmp_path, text)
    assert line["data"]["duration_seconds"] is None
    assert line["time"] == READ_AT.isoformat()

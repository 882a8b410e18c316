"""Reads what test runners leave behind, JUnit and Cobertura XML, as CloudEvents of ours.

Such a file tells what happened, and not to which commit: whoever imports it says so.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from pipelines.clock import parse_time
from pipelines.events.ids import content_hash
from pipelines.sources.base import RecordingError

SUFFIX = ".xml"
_MOST_NAMES = 100
_FAILED, _FLAKY = ("failure", "error"), ("flakyFailure", "flakyError", "rerunFailure", "rerunError")
# Times since 1970 that are larger are told in milliseconds.
_MOST_SECONDS = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a report is about: the commit `sha`, or the CI run, of a repository."""

    repository: str
    sha: str | None = None
    run_id: str | None = None
    run_attempt: int | None = None
    change_number: int | None = None


def lines_of(file: Path, checked: Checked, read_at: datetime) -> str:
    """Return a report as NDJSON of CloudEvents, one for each suite; the same report of the same commit gives the same.

    Args:
        read_at: stands in where the report tells no time of its own.

    Raises:
        RecordingError: it is no XML, or neither JUnit nor Cobertura.
    """
    root = _root(file)
    match root.tag:
        case "testsuites" | "testsuite":
            events = list(_suites(root, checked, read_at))
        case "coverage":
            events = [_coverage(root, file, checked, read_at)]
        case _:
            raise RecordingError(f"{file} is neither JUnit nor Cobertura: it begins with <{root.tag}>")
    if not events:
        raise RecordingError(f"{file} holds no test suite; let the test runner write it again")
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def _root(file: Path) -> Element:
    try:
        root: Element | None = parse(file).getroot()
    except OSError as error:
        raise RecordingError(f"{file} cannot be read ({error.strerror}); name a report of a test runner") from error
    except DefusedXmlException as error:
        raise RecordingError(f"{file} declares entities, which no test runner does; it is not read") from error
    except (ParseError, ValueError) as error:
        raise RecordingError(f"{file} is no XML ({error}); let the test runner write it again") from error
    assert root is not None, "what was parsed has a root"
    return root


def _suites(root: Element, checked: Checked, read_at: datetime) -> Iterator[dict[str, Any]]:
    told = root.get("timestamp")
    # A suite that only holds others counts what they count.
    suites = [suite for suite in root.iter("testsuite") if suite.find("testcase") is not None or _total(suite)]
    names = Counter(suite.get("name") or "tests" for suite in suites)
    seen: Counter[str] = Counter()
    for suite in suites:
        if suite.find("testsuite") is not None and suite.find("testcase") is None:
            continue
        name = suite.get("name") or "tests"
        seen[name] += 1
        unique = name if names[name] == 1 else f"{name} #{seen[name]}"
        at = _moment(suite.get("timestamp") or told) or read_at
        yield _event("tests_reported", checked, at, {"suite": unique, **_results(suite)}, unique)


def _results(suite: Element) -> dict[str, Any]:
    """Count the tests by name, since a runner that tries again tells a test more than once."""
    outcomes: dict[str, list[str]] = {}
    for number, case in enumerate(suite.findall("testcase")):
        name = ".".join(part for part in (case.get("classname"), case.get("name")) if part) or f"test {number}"
        outcomes.setdefault(name, []).append(_outcome(case))
    seconds = _number(suite.get("time"))
    if not outcomes:
        failed = sum(int(_number(suite.get(name)) or 0) for name in ("failures", "errors"))
        skipped = int(_number(suite.get("skipped")) or 0)
        told = {"passed": max(_total(suite) - failed - skipped, 0), "failed": failed, "skipped": skipped}
        return told | {"duration_seconds": seconds}
    ended = {name: _together(told) for name, told in outcomes.items()}
    counts = Counter(ended.values())
    failures, shaky = (sorted(name for name, told in ended.items() if told == how) for how in ("failed", "flaky"))
    return {
        "passed": counts["passed"] + counts["flaky"],
        "failed": counts["failed"],
        "skipped": counts["skipped"],
        "flaky": counts["flaky"],
        "failed_tests": failures[:_MOST_NAMES],
        "flaky_tests": shaky[:_MOST_NAMES],
        "duration_seconds": seconds,
    }


def _outcome(case: Element) -> str:
    if any(case.find(tag) is not None for tag in _FAILED):
        return "failed"
    if any(case.find(tag) is not None for tag in _FLAKY):
        return "flaky"
    return "skipped" if case.find("skipped") is not None else "passed"


def _together(told: list[str]) -> str:
    """Return how a test ended that was told so often: one that failed and passed is flaky."""
    if "flaky" in told or {"failed", "passed"} <= set(told):
        return "flaky"
    return next(outcome for outcome in ("failed", "passed", "skipped") if outcome in told)


def _coverage(root: Element, file: Path, checked: Checked, read_at: datetime) -> dict[str, Any]:
    covered, total = _number(root.get("lines-covered")), _number(root.get("lines-valid"))
    if covered is None or total is None:
        hits = [_number(line.get("hits")) or 0 for line in root.findall(".//class/lines/line")]
        covered, total = sum(hit > 0 for hit in hits), len(hits)
    if not total:
        raise RecordingError(f"{file} tells no lines; let the test runner write it again")
    at = _moment(root.get("timestamp")) or read_at
    told = {"lines_covered": int(covered), "lines_total": int(total)}
    return _event("coverage_reported", checked, at, told, "coverage")


def _event(name: str, checked: Checked, at: datetime, told: Mapping[str, Any], part: str) -> dict[str, Any]:
    about = {field: value for field, value in asdict(checked).items() if value is not None}
    run = f"{checked.run_id}.{checked.run_attempt or 1}" if checked.run_id else checked.sha
    return {
        "specversion": "1.0",
        "id": f"{name}/{run}/{part}/{content_hash(dict(told))[:12]}",
        "source": f"reports:{checked.repository}",
        "type": f"dev.storyline.build.{name}.v1",
        "subject": f"build:{checked.repository}/{run}",
        "time": at.isoformat(),
        "data": {**about, **told},
    }


def _moment(text: str | None) -> datetime | None:
    """Return a time that a report tells, in ISO 8601 (without a zone: UTC) or since 1970; None where it is none."""
    if text is None:
        return None
    try:
        since = float(text)
        if since <= 0:
            return None
        return datetime.fromtimestamp(since / 1_000 if since > _MOST_SECONDS else since, UTC)
    except (OverflowError, OSError):
        return None
    except ValueError:
        pass
    try:
        return parse_time(text)
    except (ValueError, OverflowError):
        return None


def _total(suite: Element) -> int:
    return int(_number(suite.get("tests")) or 0)


def _number(text: str | None) -> float | None:
    try:
        # Some runners group the digits of a long time, as 1,234.5.
        value = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None

"""Writes the demo company's interviews, incidents, reports and readings as tools export them: CloudEvents by line."""

import json
from datetime import datetime
from pathlib import Path

from pipelines.company import Company
from pipelines.company.suite_reports import suite_reports
from pipelines.company.topic_rules import judgements
from pipelines.sources.played import Demo


def interviews(company: Company, as_of: datetime) -> str:
    """Return every interview that was held by then, each with the story that came of it."""
    lines = [
        {
            "specversion": "1.0",
            "id": story.interview.key,
            "source": "notes",
            "type": "dev.storyline.interview.held.v1",
            "time": story.interview.held_at.isoformat(),
            "data": {"title": story.interview.title, "story_keys": [story.key]},
        }
        for story in company.stories
        if story.interview is not None and story.interview.held_at <= as_of
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def incidents(company: Company, as_of: datetime) -> str:
    """Return what the pager told by then: each incident as it was opened, and once more when it was over."""
    shas = {one.key: one.sha for one in company.deployments}
    lines = []
    for incident in company.incidents:
        # What names nothing is blamed by time, if at all.
        named = {"sha": shas.get(incident.deployment or ""), "flag_key": incident.flag} if incident.is_explicit else {}
        told = {
            "incident_id": incident.key,
            "service": incident.service,
            "title": incident.title,
            "severity": incident.severity,
            "is_critical": incident.is_critical,
            "kind": incident.kind,
            **{name: value for name, value in named.items() if value},
        }
        for kind, at in (("opened", incident.opened_at), ("resolved", incident.resolved_at)):
            if incident.told_in == "pager" and at is not None and at <= as_of:
                line = {"specversion": "1.0", "id": f"{incident.key}-{kind}", "source": "pager"}
                line |= {"type": f"dev.storyline.incident.{kind}.v1", "time": at.isoformat()}
                lines.append(line | {"data": told})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def coverage(company: Company, as_of: datetime) -> str:
    """Return how many lines the tests of each commit reached, as a step of the builds tells it."""
    lines = [
        {
            "specversion": "1.0",
            "id": f"{build.key}.{build.attempt}",
            "source": "coverage",
            "type": "dev.storyline.build.coverage_reported.v1",
            "subject": f"commit:{build.repository}@{build.sha}",
            "time": build.finished_at.isoformat(),
            "data": {
                "repository": build.repository,
                "sha": build.sha,
                "lines_covered": build.coverage[0],
                "lines_total": build.coverage[1],
            },
        }
        for build in company.builds
        if build.coverage and build.finished_at <= as_of
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def labels(company: Company, as_of: datetime) -> str:
    """Return what was said by then of the support tickets that somebody read."""
    lines = [
        {
            "specversion": "1.0",
            "id": f"{one.topic}-{one.ticket.key}",
            "source": "readings",
            "type": "dev.storyline.support.topic_labelled.v1",
            "time": one.at.isoformat(),
            "data": {"ticket_id": one.ticket.key, "topic": one.topic, "is_about": one.is_about},
        }
        for one in judgements(company, as_of)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def tests(company: Company, as_of: datetime) -> str:
    """Return what the test runners of each build reported, as a step of it tells."""
    lines = [
        {
            "specversion": "1.0",
            "id": f"{one.build.key}.{one.build.attempt}.{one.suite}",
            "source": "tests",
            "type": "dev.storyline.build.tests_reported.v1",
            "subject": f"commit:{one.build.repository}@{one.build.sha}",
            "time": one.at.isoformat(),
            "data": {
                "repository": one.build.repository,
                "sha": one.build.sha,
                "suite": one.suite,
                "passed": one.tests - len(one.failed),
                "failed": len(one.failed),
                "skipped": 0,
                "flaky": len(one.flaky),
                "failed_tests": list(one.failed),
                "flaky_tests": list(one.flaky),
            },
        }
        for one in suite_reports(company)
        if one.build.finished_at <= as_of
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


class _Demo:
    """The company's notebook, its pager, the reports of its builds and its readings. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, folder: Path) -> None:
        """Write what they exported."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "interviews.ndjson").write_text(interviews(company, as_of), encoding="utf-8")
        (folder / "incidents.ndjson").write_text(incidents(company, as_of), encoding="utf-8")
        (folder / "coverage.ndjson").write_text(coverage(company, as_of), encoding="utf-8")
        (folder / "labels.ndjson").write_text(labels(company, as_of), encoding="utf-8")
        (folder / "tests.ndjson").write_text(tests(company, as_of), encoding="utf-8")


DEMO: Demo = _Demo()

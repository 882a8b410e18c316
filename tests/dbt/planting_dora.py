"""Deployments, incidents and flags whose figures were reckoned by hand, under each definition."""

from datetime import datetime, timedelta
from typing import Any

from pipelines.events.records import RawRecord
from pipelines.monorepo_settings import Monorepo, MonorepoService
from tests.dbt.planting import Tracker, change, day, fact, record, sha
from tests.dbt.planting_flags import flag, shares

MONOREPOS = (
    Monorepo(
        repository="acme/mono",
        services=(
            MonorepoService(service="mono-api", paths=("api/",), deployments=("production-api",)),
            MonorepoService(service="mono-web", paths=("web/",), deployments=("production-web", "web-v*"), team="Web"),
        ),
    ),
)
# A Monday, nine o'clock.
MONDAY = day(49)


def minute(number: float) -> datetime:
    """The moment so many minutes after that Monday."""
    return MONDAY + timedelta(minutes=number)


def records(tracker: Tracker) -> list[RawRecord]:
    """All of it."""
    return [*_golden(), *_golden_incidents(), *_rescues(tracker), *_regions(), *_monorepo()]


def deployed(
    repository: str, number: int, commit: str, finished: datetime, *, environment: str = "production", **more: Any
) -> RawRecord:
    """A deployment that began five minutes before its success."""
    subject, named = f"deployment:{repository}/{number}", {"repository": repository, "deployment_id": str(number)}
    began = finished - timedelta(minutes=5)
    created = named | {"environment": environment, "sha": commit, "created_at": began} | more
    return record(
        subject,
        fact("deployment.created", subject, began, created),
        fact("deployment.status_changed", subject, finished, named | {"status_id": f"s{number}", "state": "success"}),
    )


def line(repository: str, *commits: tuple[int, datetime]) -> list[RawRecord]:
    """A default branch: each commit by the number of its pull request, on top of the one before."""
    described = {"repository": repository, "default_branch": "main"}
    told = [fact("repository.described", f"repository:{repository}", day(0), described)]
    for place, (number, at) in enumerate(commits):
        parents = [sha(commits[place - 1][0])] if place else []
        payload = {"repository": repository, "sha": sha(number), "parents": parents, "committed_at": at}
        told.append(fact("commit.recorded", f"commit:{repository}@{sha(number)}", at, payload | {"message": "x"}))
    return [record(f"line {repository}", *told)]


def committed(repository: str, number: int, at: datetime) -> RawRecord:
    """The first commit of a pull request, on its branch."""
    payload = {"repository": repository, "number": number, "sha": f"b{sha(number)[1:]}", "authored_at": at}
    row = fact("change.committed", f"change:{repository}#{number}", at, payload | {"message": "on its branch"})
    return record(f"commits {repository}#{number}", row)


def incident(key: str, service: str, opened: datetime, resolved: datetime | None = None, **more: Any) -> RawRecord:
    """An incident as an on-call tool tells it."""
    payload, subject = {"incident_id": key, "service": service, **more}, f"incident:{key}"
    told = [fact("incident.opened", subject, opened, payload)]
    told += [fact("incident.resolved", subject, resolved, payload)] if resolved else []
    return record(subject, *told, stream="facts")


def _golden() -> list[RawRecord]:
    name = "acme/golden"
    return [
        *line(name, (500, minute(-30)), (501, minute(60)), (502, minute(130)), (503, minute(150))),
        # What the first deployment carried, nobody knows.
        change(500, "Before all", minute(-60), merged=minute(-30), repository=name),
        deployed(name, 500, sha(500), minute(0)),
        # 10 min 1 s of coding, 39 min 59 s to the merge, 30 min 30 s to the deployment: rounded up 11, 40 and 31.
        committed(name, 501, minute(10)),
        change(501, "Rounded up", minute(20) + timedelta(seconds=1), merged=minute(60), repository=name),
        deployed(name, 501, sha(501), minute(90.5)),
        # The commit was authored after the pull request was opened.
        committed(name, 502, minute(120)),
        change(502, "Opened first", minute(100), merged=minute(130), repository=name),
        deployed(name, 502, sha(502), minute(140)),
        # The same commit once more.
        deployed(name, 503, sha(502), minute(200)),
        change(503, "Never deployed", minute(145), merged=minute(150), repository=name),
    ]


def _golden_incidents() -> list[RawRecord]:
    late = minute(200) + timedelta(days=5)
    return [
        # Two blame one deployment, and one of them is never resolved.
        incident("G-1", "golden", minute(95), minute(155.5), sha=sha(501)),
        incident("G-2", "golden", minute(97), sha=sha(501)),
        # Long after anything went out.
        incident("G-3", "golden", late, late + timedelta(hours=2)),
        # Soon after a deployment, of another service.
        incident("G-4", "nobody", minute(205), minute(206)),
    ]


def _rescues(tracker: Tracker) -> list[RawRecord]:
    name = "acme/rescue"
    return [
        *(tracker.ticket(f"RS-{number}", day(60)) for number in (1, 2, 3)),
        deployed(name, 520, sha(520), day(60)),
        *_released(name, 521, "RS-1", day(61)),
        flag("rs-1", *shares((62, 50), (62.3, 0))),
        incident("R-1", "rescue", day(62.2), day(70), sha=sha(521)),
        # It names the flag alone, so that no deployment is to blame.
        incident("R-2", "rescue", day(62.25), day(70), flag_key="rs-1"),
        # Taken back before anybody noticed anything: that was not what ended it.
        *_released(name, 522, "RS-2", day(63)),
        flag("rs-2", *shares((63.2, 50), (63.3, 0))),
        incident("R-3", "rescue", day(63.4), day(63.5), sha=sha(522)),
        # A release that was taken back is no failed deployment.
        *_released(name, 523, "RS-3", day(64.5)),
        flag("rs-3", *shares((65, 50), (65.1, 0))),
    ]


def _released(name: str, number: int, story: str, merged: datetime) -> list[RawRecord]:
    return [
        change(number, f"{story} code", merged - timedelta(hours=1), merged=merged, repository=name),
        deployed(name, number, sha(number), merged + timedelta(hours=2)),
    ]


def _regions() -> list[RawRecord]:
    name, regions = "acme/regions", ("production-eu", "production-us")
    return [
        deployed(name, 530, sha(530), day(70), environment="production-eu"),
        deployed(name, 531, sha(530), day(70.1), environment="production-us"),
        change(531, "For both", day(70.5), merged=day(70.9), repository=name),
        *(deployed(name, 532 + at, sha(531), day(71 + at / 5), environment=one) for at, one in enumerate(regions)),
        # Rolled back where it was, and never elsewhere.
        change(532, "For one", day(71.5), merged=day(71.9), repository=name),
        deployed(name, 534, sha(532), day(72), environment="production-eu"),
        deployed(name, 535, sha(531), day(72.1), environment="production-eu"),
        deployed(name, 536, sha(532), day(70.2), environment="staging-eu"),
    ]


def _monorepo() -> list[RawRecord]:
    name, files = "acme/mono", {541: ["api/a.py"], 542: ["web/b.ts"], 543: ["api/a.py", "web/b.ts"], 544: ["README.md"]}
    merged = {number: day(81 + place / 10) for place, number in enumerate(files)}
    return [
        *line(name, (540, day(80)), *merged.items()),
        deployed(name, 540, sha(540), day(80.1), environment="production-api"),
        deployed(name, 541, sha(540), day(80.2), environment="production-web"),
        *(
            change(number, "One", at - timedelta(hours=1), merged=at, repository=name, paths=files[number])
            for number, at in merged.items()
        ),
        deployed(name, 542, sha(544), day(82), environment="production-api"),
        deployed(name, 543, sha(544), day(83), environment="production-web"),
        # Told by its tag alone. It is the first of its environment, so what it carried is not known.
        deployed(name, 544, sha(544), day(84), ref="web-v2"),
    ]

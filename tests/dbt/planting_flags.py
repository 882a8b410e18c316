"""Stories with feature flags: each is a trap, named by what happened to it."""

from typing import Any

from pipelines.events.records import RawRecord
from tests.dbt.planting import SITE, Row, Tracker, change, day, deployment, fact, record, sha

REPOSITORY = "acme/flags"


def records(tracker: Tracker) -> list[RawRecord]:
    """Tickets, pull requests, and the flags that let them out."""
    return [
        *(tracker.ticket(f"FL-{number}", day(30)) for number in range(1, 9)),
        *_code(),
        record("environment live", _environment("shop", "live", is_production=True)),
        # FL-1: users come a day after the code, all go back, and come again. Another flag of it is only half out.
        flag("export", *shares((33, 0), (34, 10), (36, 100), (37, 0), (38, 100)), properties=["see /browse/FL-1"]),
        # FL-2: everybody has it, and none of them in production.
        flag("staged", *shares((34, 100), environment="staging"), *shares((33, 0)), tags=["fl-2_new"]),
        # FL-3: put away once all had it, which takes it from nobody.
        flag("by-settings", *shares((34, 50), (35, 100)), _step("archived", "by-settings", 60)),
        # FL-4: a flag that nobody ever had is deleted, so the code alone let the story out.
        flag("fl-4-mistake", *shares((33, 0)), _step("deleted", "fl-4-mistake", 34)),
        # FL-5: the name tells the story; the description tells of another one.
        flag("named", *shares((34, 5), (35, 10)), name="FL-5 with UTF-8", description="as FL-1, unlike NO-1"),
        # FL-6: one key of two projects.
        flag("toggle", *shares((34, 20)), project="web"),
        flag("toggle", *shares((39, 20)), project="app"),
        # FL-7: a country has it, and nobody knows how many that is. The environment is production by its vendor's word.
        flag("fl-7-guest", *shares((34, None), (35, 40), environment="live")),
        # FL-8: two flags; one is all out, one is not.
        flag("fl-8-a", *shares((34, 100))),
        flag("fl-8-b", *shares((35, 30))),
    ]


def _code() -> list[RawRecord]:
    first = [deployment(100, "e" * 40, day(30), repository=REPOSITORY)]
    for number in range(1, 9):
        at = 31 + number / 100
        first += [
            change(200 + number, f"FL-{number} code", day(at), merged=day(at + 0.1), repository=REPOSITORY),
            deployment(200 + number, sha(200 + number), day(at + 0.5), repository=REPOSITORY),
        ]
    return [
        *first,
        # The code was out, the users were not: it belongs to the set. The other came after the users.
        change(211, "FL-1 a repair", day(33.5), merged=day(33.6), repository=REPOSITORY),
        change(212, "FL-1 polish", day(35), merged=day(35.1), repository=REPOSITORY),
    ]


def flag(key: str, *events: Any, project: str = "shop", name: str | None = None, **told: Any) -> RawRecord:
    """A flag and its changes: rows, or what makes a row of its project and key."""
    named = {"project": project, "flag_key": key}
    state = {
        "name": name,
        "description": told.get("description"),
        "tags": told.get("tags", []),
        "custom_properties": {"ticket": told.get("properties", [])},
        "url": f"https://flags.example/{project}/{key}",
    }
    rows = [row if isinstance(row, dict) else row(project, key) for row in events]
    newest = fact("flag.updated", f"flag:{SITE}/{project}/{key}", day(33), named | state)
    return record(f"flag {project}/{key}", newest, *rows)


def shares(*steps: tuple[float, float | None], environment: str = "production") -> list[Any]:
    """Changes of a flag in an environment: day, and share from then on."""

    def made(at: float, share: float | None, version: int) -> Any:
        return lambda project, key: fact(
            "flag.configured",
            f"flag:{SITE}/{project}/{key}",
            day(at),
            {
                "project": project,
                "flag_key": key,
                "environment": environment,
                "is_on": True,
                "served_percentage": share,
                "unknown_reason": "rule 1 chooses people by country" if share is None else None,
                "version": version,
            },
            what=f"{environment} {version}",
        )

    return [made(at, share, version) for version, (at, share) in enumerate(steps, 1)]


def _step(what: str, key: str, at: float) -> Row:
    return fact(f"flag.{what}", f"flag:{SITE}/shop/{key}", day(at), {"project": "shop", "flag_key": key})


def _environment(project: str, key: str, *, is_production: bool) -> Row:
    payload = {"project": project, "environment": key, "is_production": is_production}
    return fact("flag.environment_defined", f"flag_environment:{SITE}/{project}/{key}", day(0), payload)

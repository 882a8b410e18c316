"""Plants serving files with the contract's columns: a full one, an empty one, a stale one and broken ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import planting_messages

from pipelines.clock import now
from warehouse.connection import writer

HOSTILE = "<img src=x onerror=alert(1)> $\\frac{1}{2}$ ![a](https://example.com/x.png) **bold** <script>1</script>"

DDL = """
create schema marts;
create table marts.fct_stories (
    story_key text, source text, title text, story_type text, is_measured boolean, parent_key text,
    origin_story_key text, team text, size double, status text, status_category text, is_open boolean,
    is_deleted boolean, resolved_at timestamptz, activated_at timestamptz, created_at timestamptz,
    interviewed_at timestamptz, backlog_at timestamptz, spec_at timestamptz, started_at timestamptz,
    code_complete_at timestamptz, reviewed_at timestamptz, production_at timestamptz, full_rollout_at timestamptz,
    first_done_at timestamptz, done_at timestamptz, reopened_count bigint, idea_lead_time_seconds double,
    story_cycle_time_seconds double, total_seconds double, resolution_seconds double, ai_assistance text,
    has_out_of_order_milestone boolean);
create table marts.fct_story_events (
    story_key text, event_id text, event_type text, occurred_at timestamptz, lane text, label text, url text);
create table marts.fct_story_status_intervals (
    story_key text, status text, status_category text, visit_number bigint, entered_at timestamptz,
    left_at timestamptz, duration_seconds double, is_first boolean, is_current boolean);
create table marts.fct_changes (repository text, number bigint, merged_at timestamptz);
create table marts.agg_dora_weekly (
    definition text, week_on date, service text, team text, deployments bigint, deployment_frequency_n bigint,
    deployment_frequency_per_day double, change_lead_time_median_seconds double,
    change_lead_time_p85_seconds double, change_lead_time_n bigint, change_fail_rate double,
    change_fail_rate_n bigint, recovery_median_seconds double, recovery_n bigint, rework_rate double,
    rework_rate_n bigint);
create table marts.fct_links (
    from_kind text, from_key text, to_kind text, to_key text, rule text, confidence double, is_linked boolean,
    reason text);
create table marts.fct_source_freshness (
    source text, instance text, last_observed_at timestamptz, newest_event_at timestamptz, raw_records bigint,
    current_events bigint, last_status text, last_error text, age_seconds double, is_stale boolean);
create table marts.fct_quarantine (
    source text, stream text, record_key text, reason text, observed_at timestamptz);
create table marts.data_quality (
    check_name text, scope text, linked bigint, total bigint, share double, status text);
"""

TITLES = (
    "Export any report as CSV", "Bulk edit of product prices", "Remember the last used filter",
    "Refund a part of an order", "Warn before a coupon expires", "Search that forgives a typing error in a name",
    "Show the delivery day at checkout", HOSTILE, "Sign in with a passkey", "Split a parcel into two",
    "Faster product pages on phones", "A quieter e-mail after delivery",
)  # fmt: skip


def place(home: Path, name: str = "serving-1.duckdb") -> Path:
    """Return a new version's path, with the link swung to it as a publish does."""
    home.mkdir(parents=True, exist_ok=True)
    link = home / "serving.duckdb"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    return home / name


def empty(home: Path, name: str = "serving-1.duckdb") -> Path:
    """Publish marts without a row."""
    path = place(home, name)
    with writer(path) as connection:
        connection.execute(DDL + planting_messages.DDL)
    return path


def without(home: Path, mart: str) -> Path:
    """Publish a full file that lacks one mart."""
    path = full(home)
    with writer(path) as connection:
        connection.execute(f"drop table marts.{mart}")
    return path


def damaged(home: Path) -> Path:
    """Publish a file that is no database."""
    path = place(home)
    path.write_bytes(b"this is not a database" * 400)
    return path


def full(
    home: Path,
    *,
    read_at: datetime | None = None,
    delivery: bool = True,
    finished: int = 12,
    name: str = "serving-1.duckdb",
) -> Path:
    """Publish finished stories, three open ones and 26 weeks of deliveries, last read at `read_at`."""
    read_at = read_at or now() - timedelta(hours=2)
    path = empty(home, name)
    with writer(path) as connection:
        stories = [_story(number, read_at, delivery) for number in range(15) if number < finished or number >= 12]
        _insert(connection, "fct_stories", stories)
        events = [event for story in stories if not story["is_open"] for event in _events(story)]
        _insert(connection, "fct_story_events", events)
        visits = [visit for story in stories if not story["is_open"] for visit in _visits(story)]
        _insert(connection, "fct_story_status_intervals", visits)
        if delivery:
            _insert(connection, "agg_dora_weekly", [_week(back, read_at) for back in range(26)])
        _insert(connection, "fct_source_freshness", _freshness(read_at))
        _insert(connection, "data_quality", _checks())
        _insert(connection, "fct_quarantine", _quarantine(read_at))
        _insert(connection, "fct_links", _links())
    planting_messages.told_in(path, _insert)
    return path


def _insert(connection, table: str, rows: list[dict]) -> None:
    for row in rows:
        names = ", ".join(row)
        connection.execute(
            f"insert into marts.{table} ({names}) values ({', '.join('?' * len(row))})", list(row.values())
        )


def _story(number: int, read_at: datetime, delivery: bool) -> dict:
    hours = [20 + 9 * (number % 4), 6 + 5 * (number % 3), 10 + 17 * (number % 5), 2 + 3 * (number % 4)]
    rollout, is_open = (24 * (number % 4), number >= 12)
    moment = read_at - timedelta(days=3 + 4 * number, hours=sum(hours) + rollout)
    names = ("interviewed_at", "backlog_at", "spec_at", "code_complete_at", "reviewed_at", "production_at")
    waits = [18 + 8 * (number % 3), *hours]
    milestones: dict[str, datetime | None] = {names[0]: moment if number % 2 == 0 else None}
    for name, wait in zip(names[1:], waits, strict=True):
        moment += timedelta(hours=wait)
        milestones[name] = moment
    if is_open:
        milestones |= {"reviewed_at": None, "production_at": None}
    if not delivery:
        milestones |= dict.fromkeys(("interviewed_at", "spec_at", "code_complete_at", "reviewed_at", "production_at"))
    shipped = milestones["production_at"]
    return {
        "story_key": f"SHOP-{301 + number}", "source": "jira", "title": TITLES[number % 12], "story_type": "Story",
        "is_measured": True, "team": "checkout" if number % 3 else "catalogue", "status": "Done",
        "is_open": is_open, "is_deleted": False, "created_at": milestones["backlog_at"],
        "started_at": milestones["backlog_at"] + timedelta(hours=hours[0]),
        "done_at": None if is_open else moment + timedelta(hours=rollout + 1), "reopened_count": 0,
        "full_rollout_at": shipped + timedelta(hours=rollout) if shipped else None,
        "has_out_of_order_milestone": False, **milestones,
    }  # fmt: skip


def _events(story: dict) -> list[dict]:
    key, rows = story["story_key"], []
    lanes = {"created_at": ("ticket", "created"), "started_at": ("ticket", "to In progress"),
             "code_complete_at": ("change", "#41 ready for review"), "reviewed_at": ("change", "#41 approved"),
             "production_at": ("deployment", "deployed to production"), "done_at": ("ticket", "to Done")}  # fmt: skip
    for column, (lane, label) in lanes.items():
        if story[column]:
            rows.append({"story_key": key, "event_id": f"{key}-{column}", "event_type": f"{lane}.seen", "lane": lane,
                         "occurred_at": story[column], "label": label, "url": "javascript:alert(1)"})  # fmt: skip
    rows.append({"story_key": key, "event_id": f"{key}-x", "event_type": "change.opened", "lane": "change",
                 "occurred_at": story["started_at"], "label": HOSTILE,
                 "url": "https://example.com/pull/41"})  # fmt: skip
    return rows


def _visits(story: dict) -> list[dict]:
    steps = [("To do", "to_do", story["created_at"]), ("In progress", "in_progress", story["started_at"]),
             ("Done", "done", story["done_at"])]  # fmt: skip
    ends = [steps[1][2], steps[2][2], None]
    return [
        {"story_key": story["story_key"], "status": name, "status_category": category, "visit_number": 1,
         "entered_at": begin, "left_at": end, "is_first": True, "is_current": end is None,
         "duration_seconds": (end - begin).total_seconds() if end else None}
        for (name, category, begin), end in zip(steps, ends, strict=True)
    ]  # fmt: skip


def _week(back: int, read_at: datetime) -> dict:
    monday = (read_at - timedelta(days=read_at.weekday() + 7 * back)).date()
    deployments, failed = 4 + (back * 7) % 9, 1 if back % 5 == 2 else 0
    lead = 3600.0 * (20 + back + 9 * (back % 4))
    return {
        "definition": "dora", "week_on": monday, "service": "shop", "team": "checkout", "deployments": deployments,
        "deployment_frequency_n": deployments, "deployment_frequency_per_day": deployments / 7,
        "change_lead_time_median_seconds": lead, "change_lead_time_p85_seconds": lead * 1.9,
        "change_lead_time_n": deployments + 3, "change_fail_rate": failed / deployments,
        "change_fail_rate_n": deployments, "recovery_median_seconds": 3600.0 * (1 + back % 3) if failed else None,
        "recovery_n": failed, "rework_rate": failed / deployments / 2, "rework_rate_n": deployments,
    }  # fmt: skip


def _freshness(read_at: datetime) -> list[dict]:
    github, jira = ("github", "github.com"), ("jira", "shop.atlassian.net")
    return [
        {"source": name, "instance": instance, "last_observed_at": read_at - timedelta(hours=late),
         "newest_event_at": read_at - timedelta(hours=late + 5), "raw_records": 1200, "current_events": 5100,
         "last_status": "ok", "last_error": None, "age_seconds": 3600.0 * late, "is_stale": False}
        for (name, instance), late in ((github, 0), (jira, 3))
    ]  # fmt: skip


def _checks() -> list[dict]:
    rows = (
        ("changes_linked_to_a_story", "shop", 61, 80, "watch"), ("stories_with_a_change", "SHOP", 12, 15, "ok"),
        ("deployments_with_changes", "shop", 190, 194, "ok"), ("incidents_linked_to_a_deployment", "shop", 2, 5, "act"),
        ("milestones_in_order", "all", 15, 15, "ok"),
    )  # fmt: skip
    return [
        {
            "check_name": name,
            "scope": scope,
            "linked": linked,
            "total": total,
            "share": linked / total,
            "status": status,
        }
        for name, scope, linked, total, status in rows
    ]


def _quarantine(read_at: datetime) -> list[dict]:
    rows = (("jira", "issues", "10042", "fields.created is not a time"), ("jira", "issues", "10043", HOSTILE),
            ("github", "pulls", "17", "fields.created is not a time"))  # fmt: skip
    return [
        {"source": source, "stream": stream, "record_key": key, "reason": reason, "observed_at": read_at}
        for source, stream, key, reason in rows
    ]


def _links() -> list[dict]:
    made = {"from_kind": "change", "from_key": "shop/web#41", "to_kind": "story", "to_key": "SHOP-301",
            "rule": "key in branch name", "confidence": 0.95, "is_linked": True, "reason": None}  # fmt: skip
    refused = {**made, "from_key": "shop/web#44", "to_key": "UTF-8", "is_linked": False, "rule": "key in title",
               "reason": "UTF is on the list of words that are no keys"}  # fmt: skip
    return [made, refused]


def long_ago() -> datetime:
    """A moment after which any source is stale."""
    return datetime(2025, 12, 15, 9, 30, tzinfo=UTC)

"""What polling a Split must get right: nothing is told twice, and nothing that came back is taken for the old."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

import pipelines.sources.split as split
from pipelines.settings import Settings
from pipelines.sources.answers import Answer
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from pipelines.sources.split.limits import SplitLimits
from pipelines.sources.split.server import Store, serve
from tests.contracts.collecting import AS_OF, events
from tests.contracts.played_split import SIGNED, buckets, connected, run
from warehouse.connection import reader

WS, PROD = "ws-1", "env-1"


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 9, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    store = Store(workspaces={WS: "Shop"}, tokens={SIGNED}, at=day(1))
    store.environments[WS] = {PROD: {"id": PROD, "name": "production", "production": True}}
    for name in ("a", "b", "c", "d"):
        store.create(WS, name)
        store.define(WS, PROD, name, defaultRule=buckets(10))
    return store


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as site:
        yield site


def configured(home: Settings, flag: str = "a") -> list[tuple[datetime, dict[str, Any]]]:
    told = [(row[4], json.loads(row[5])) for row in events(home) if row[1] == "flag.configured"]
    return sorted(((at, one) for at, one in told if one["flag_key"] == flag), key=lambda one: one[0])


def kept(home: Settings, stream: str) -> int:
    with reader(home.database) as connection:
        found = connection.execute("select count(*) from log.raw_records where stream = ?", [stream]).fetchone()
    assert found is not None
    return int(found[0])


def test_a_flag_that_is_rolled_back_and_raised_again_stands_each_time_anew(store, site, settings):
    for number, share in enumerate((10, 50, 10, 50, 10), start=2):
        store.at = day(number)
        store.define(WS, PROD, "a", defaultRule=buckets(share))
        assert run(settings, site, store, hours=number).errors == []
    told = configured(settings)
    assert [one["served_percentage"] for _, one in told] == [10, 50, 10, 50, 10]
    assert [at for at, _ in told] == [day(number) for number in range(2, 7)]


def test_a_night_with_nothing_new_keeps_nothing_though_the_flag_was_asked_for(store, site, settings):
    run(settings, site, store)
    for row in store.definitions[WS, PROD].values():
        row["lastTrafficReceivedAt"] = 1_774_000_000_000
        row["treatments"] = [{**one, "description": "prettier"} for one in row["treatments"]]
    again = run(settings, site, store, hours=24)
    assert (again.taken.new_records, again.errors) == (0, [])
    # Workspaces, environments, flags, definitions.
    assert again.requests == 4


def test_the_first_sight_of_a_flag_says_that_its_share_may_be_older(store, site, settings):
    store.at = day(5)
    store.define(WS, PROD, "b", defaultRule=buckets(90))
    run(settings, site, store)
    assert [(at, one["is_observed"], one["changes"]) for at, one in configured(settings, "b")] == [(day(5), True, [])]
    assert [(at, one["is_observed"], one["changes"]) for at, one in configured(settings, "a")] == [(day(1), False, [])]


def test_a_change_without_a_time_of_its_own_is_dated_by_the_poll_that_saw_it(store, site, settings):
    run(settings, site, store)
    for hours, share in ((24, 20), (48, 30), (72, 20), (96, 30)):
        store.definitions[WS, PROD]["a"]["defaultRule"] = buckets(share)
        assert run(settings, site, store, hours=hours).taken.new_records == 1
        assert run(settings, site, store, hours=hours + 1).taken.new_records == 0
    told = configured(settings)[1:]
    assert [one["served_percentage"] for _, one in told] == [20, 30, 20, 30]
    assert all(one["is_observed"] for _, one in told)
    assert [round((at - AS_OF).total_seconds() / 3600) for at, _ in told] == [24, 48, 72, 96]


def test_a_killed_flag_is_off_and_its_restoring_is_no_new_rollout(store, site, settings):
    run(settings, site, store)
    for number, killed in ((2, True), (3, False)):
        store.at = day(number)
        store.define(WS, PROD, "a", killed=killed)
        run(settings, site, store, hours=number)
    told = [(one["is_on"], one["served_percentage"], one["changes"]) for _, one in configured(settings)]
    assert told == [(True, 10, []), (False, 0, ["turned_off"]), (True, 10, ["turned_on"])]


def test_a_flag_that_leaves_an_environment_is_off_there_and_can_come_back(store, site, settings):
    run(settings, site, store)
    store.remove(WS, PROD, "a")
    for hours in (24, 48):
        assert run(settings, site, store, hours=hours).errors == []
    store.at = datetime(2026, 4, 5, tzinfo=UTC)
    store.define(WS, PROD, "a", defaultRule=buckets(10))
    run(settings, site, store, hours=200)
    assert [(one["is_on"], one["is_observed"]) for _, one in configured(settings)] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_a_deleted_flag_is_told_once_and_one_of_its_name_begins_anew(store, site, settings):
    run(settings, site, store)
    store.delete(WS, "a")
    for hours in (24, 48):
        assert run(settings, site, store, hours=hours).errors == []
    assert kept(settings, "deletions") == 1
    # What is gone was not turned off by anybody.
    assert [one["is_on"] for _, one in configured(settings)] == [True]
    store.at = day(20)
    store.create(WS, "a")
    run(settings, site, store, hours=72)
    store.delete(WS, "a")
    assert run(settings, site, store, hours=96).errors == []
    gone = [row[4] for row in events(settings) if row[1] == "flag.deleted"]
    assert sorted(round((at - AS_OF).total_seconds() / 3600) for at in gone) == [24, 96]


def test_a_right_that_is_lost_is_no_deletion(store, site, settings):
    run(settings, site, store)
    for name in ("a", "b", "c"):
        store.delete(WS, name)
    failed = run(settings, site, store, hours=24)
    assert "that is a lost right rather than a deletion" in failed.errors[0]
    assert kept(settings, "deletions") == 0


def test_only_numbers_of_people_are_kept(store, site, settings):
    people = {"type": "IN_LIST_STRING", "attribute": "email", "strings": ["cat@example.com", "tom@example.com"]}
    rule = {"condition": {"combiner": "AND", "matchers": [people]}, "buckets": buckets(100)}
    store.at = day(2)
    store.define(WS, PROD, "a", treatments=[{"name": "on", "keys": ["u-77"]}, {"name": "off"}], rules=[rule])
    store.flags[WS]["a"]["owners"] = [{"id": "user-ann", "type": "user"}, {"id": "group-shop", "type": "group"}]
    run(settings, site, store)
    with reader(settings.database) as connection:
        bodies = " ".join(row[0] for row in connection.execute("select body::varchar from log.raw_records").fetchall())
    assert [word for word in ("cat@", "tom@", "u-77", "user-ann") if word in bodies] == []
    assert "group-shop" in bodies


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-seconds-org": "7", "x-ratelimit-reset-seconds-ip": "31"}, 31),
        ({"x-ratelimit-reset-seconds-org": "7"}, 7),
        ({"retry-after": "3"}, 3),
        ({"x-ratelimit-reset-seconds-org": "soon"}, 20),
        ({}, 20),
    ],
)
def test_a_limit_is_waited_for_until_the_later_of_its_resets(headers, seconds):
    pause = SplitLimits().pause(Answer(429, headers, b"", "https://x"), attempt=2)
    assert pause is not None
    assert pause.seconds == seconds


def test_a_token_of_harness_signs_in_in_its_own_header(store, site, settings):
    store.tokens = {"pat.acc.1.2"}
    connection = connected(site, store, token=SecretStr("pat.acc.1.2"))
    collector = split.SOURCE.collector(connection, Network(attempts=1))
    assert [finding.status for finding in collector.examine()] == ["ok", "ok"]
    assert [target.name for target in collector.offered()] == ["Shop"]
    collector.close()
    assert all("authorization" not in request.headers for request in site.requests)


def test_a_workspace_is_named_by_its_name_or_its_id_and_one_that_is_not_there_is_said_so(store, site, settings):
    for name, errors in (("Shop", 0), (WS, 0), ("Shed", 1)):
        collector = split.SOURCE.collector(connected(site, store, workspaces=(name,)), Network(attempts=1))
        findings = [finding.status for finding in collector.examine()]
        assert findings.count("act") == errors
        collector.close()


@pytest.mark.parametrize("body", [b"\xff{", b"[]", b'{"objects": null}', b'{"objects": [1, null, {"name": 7}]}'])
def test_an_answer_that_cannot_be_right_is_an_error_or_nothing_but_never_a_crash(body, store, site, settings):
    site.faults.next("status", 1, status=200, match="/splits/ws/", body=body)
    assert not any("Error" in error for error in run(settings, site, store).errors)
    assert run(settings, site, store, hours=24).errors == []
    assert len(configured(settings)) == 1

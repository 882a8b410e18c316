"""An entry of the audit log becomes what was done to a flag, and how it stands after it."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.launchdarkly as launchdarkly
from pipelines.events.envelope import Event, MappingError
from pipelines.sources.launchdarkly.server import shapes
from pipelines.sources.launchdarkly.server.shapes import Done
from pipelines.sources.launchdarkly.server.store import Store

AT = datetime(2026, 3, 2, 9, 0, 0, 417_000, tzinfo=UTC)
ANN = {"_id": "p_0123456789abcdef", "firstName": "Ann", "lastName": "Lee"}


@pytest.fixture
def store() -> Store:
    made = Store()
    made.environments["shop"] = [
        shapes.environment("shop", key, is_critical=False) for key in ("production", "staging")
    ]
    made.create("shop", "export", "Export", Done(AT, ANN, ("createFlag",), "created the flag"))
    return made


def changed(store: Store, *actions: str, **config: Any) -> dict[str, Any]:
    store.configure("shop", "export", "production", Done(AT, ANN, actions, "updated the flag"), config)
    return copy.deepcopy(store.entries[-1])


def mapped(body: Any, stream: str = "auditlog", key: str = "k") -> list[Event]:
    return list(launchdarkly.SOURCE.to_events("app.launchdarkly.com", stream, key, body))


def test_a_change_is_told_at_its_millisecond_with_the_state_after_it(store):
    (event,) = mapped(changed(store, "updateOn", on=True, fallthrough=shapes.rollout(10)))
    assert event.occurred_at == AT
    assert event.subject == "flag:app.launchdarkly.com/shop/export"
    assert event.payload["environment"] == "production"
    assert (event.payload["served_percentage"], event.payload["is_on"]) == (10, True)
    assert event.payload["changes"] == ["turned_on"]
    assert event.payload["version"] == 2


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("updateFallthrough", ["rollout"]),
        ("updateFallthroughWithMeasuredRollout", ["rollout"]),
        ("updateReleasePhaseStatus", ["rollout"]),
        ("updateOffVariation", ["rollout"]),
        ("updateRules", ["targeting"]),
        ("updateTargets", ["targeting"]),
        ("updatePrerequisites", ["prerequisites"]),
        ("updateSomethingThatIsNewToUs", ["other"]),
    ],
)
def test_an_action_tells_what_the_change_was_about_and_one_that_is_new_still_tells_the_state(store, action, changes):
    (event,) = mapped(changed(store, action, fallthrough=shapes.rollout(25)))
    assert event.payload["changes"] == changes
    assert event.payload["served_percentage"] == 0.0


@pytest.mark.parametrize("action", ["updateTags", "updateName", "createApprovalRequest", "updateDescription"])
def test_what_changes_nobodys_variation_tells_nothing(store, action):
    assert mapped(changed(store, action)) == []


def test_people_are_drawn_anew_by_another_seed_or_salt_and_not_by_another_share(store):
    def is_rerandomised(**config: Any) -> Any:
        return mapped(changed(store, "updateFallthrough", **config))[0].payload["is_rerandomised"]

    assert is_rerandomised(fallthrough=shapes.rollout(10)) is False
    assert is_rerandomised(fallthrough=shapes.rollout(20)) is False
    assert is_rerandomised(fallthrough=shapes.rollout(20, seed=7)) is True
    assert is_rerandomised(fallthrough=shapes.rollout(50, seed=7)) is False
    assert is_rerandomised(salt="another") is True
    assert is_rerandomised(fallthrough={"variation": 0}) is False


def test_a_flag_is_archived_restored_and_deleted(store):
    def done(*actions: str) -> Done:
        return Done(AT, ANN, actions, "did something to")

    store.update("shop", "export", done("updateGlobalArchived"), archived=True)
    store.update("shop", "export", done("updateGlobalArchived"), archived=False)
    store.delete("shop", "export", done("deleteFlag"))
    told = [event.event_type for entry in store.entries[1:] for event in mapped(entry)]
    assert told == ["flag.archived", "flag.restored", "flag.deleted"]
    listed = {**store.entries[1], "titleVerb": "restored the flag", "currentVersion": None}
    assert [event.event_type for event in mapped(listed)] == ["flag.restored"]


def test_an_entry_of_every_environment_tells_each_that_its_state_names(store):
    entry = changed(store, "updateOn", on=True)
    entry["accesses"] = [{"action": "updateOn", "resource": "proj/shop;web:env/*:flag/export;a,b"}]
    entry["currentVersion"] = copy.deepcopy(store.flags["shop"]["export"])
    assert {event.payload["environment"] for event in mapped(entry)} == {"production", "staging"}


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"_id": None}, "the id of an audit log entry is missing"),
        ({"date": "yesterday"}, "is no time in milliseconds"),
        ({"date": True}, "is no time in milliseconds"),
        ({"date": 10**18}, "is no time in milliseconds"),
        ({"accesses": [{"action": "updateOn", "resource": "proj/shop"}]}, "does not say which flag it is about"),
        ({"currentVersion": None}, "tells no state after it"),
        ({"currentVersion": {"environments": {"production": 7}}}, "does not say how its flag stands in production"),
    ],
)
def test_an_entry_that_cannot_be_mapped_says_why_in_one_sentence(store, spoilt, said):
    entry = changed(store, "updateOn", on=True) | spoilt
    with pytest.raises(MappingError, match=said) as refused:
        mapped(entry)
    assert "\n" not in str(refused.value)


def test_dates_that_come_as_texts_or_fractions_are_read(store):
    entry = changed(store, "updateOn", on=True)
    for date in (str(entry["date"]), float(entry["date"])):
        assert mapped(entry | {"date": date})[0].occurred_at == AT


@pytest.mark.parametrize(
    "text", ["\u202eשלום", "a\u200bb", "\U0001f680" * 50, "x" * 5_000_000, "\ud800", "a\nb\x00c"],
    ids=["right to left", "zero width", "emoji", "five megabytes", "half a character", "control characters"],
)  # fmt: skip
def test_whatever_a_flag_is_called_it_is_mapped(text):
    body = shapes.flag("shop", "export", text, AT, ["production"], description=text, tags=[text, None, 7, {}])
    (event,) = mapped(body, "flags")
    assert (event.payload["name"], event.payload["tags"]) == (text, [text, "7"])


def test_a_flag_tells_its_project_by_its_own_address_alone():
    body = shapes.flag("shop", "export", "Export", AT, [])
    assert mapped(body, "flags")[0].payload["project"] == "shop"
    with pytest.raises(MappingError, match="the project of flag export"):
        mapped(body | {"_links": None}, "flags")


def test_an_environment_is_production_where_it_is_critical_and_unknown_otherwise():
    def is_production(critical: Any) -> Any:
        body = {"key": "live", "name": None, "critical": critical}
        return mapped(body, "environments", "shop/live")[0].payload["is_production"]

    assert [is_production(critical) for critical in (True, False, None, "yes")] == [True, None, None, None]


def test_a_release_of_an_unknown_kind_is_refused_and_of_an_unknown_status_is_told():
    (release, _) = json.loads((Path(launchdarkly.__file__).parent / "fixtures" / "releases.json").read_text())
    assert mapped(release | {"status": "on the moon"}, "releases")[0].payload["status"] == "unknown"
    assert mapped(release, "releases")[0].payload["steps"][0]["percentage"] == 50
    with pytest.raises(MappingError, match="of the kind 'lunar', which is not known"):
        mapped(release | {"kind": "lunar"}, "releases")

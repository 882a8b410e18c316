"""What a ticket's record says of its life."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import Event, MappingError
from pipelines.sources.base import RawRecord
from pipelines.sources.jira import SOURCE

from .conftest import SITE, changed, events, history, issue, move, of_type, state

Fixtures = dict[str, list[Event]]


def moves(found: list[Event]) -> list[tuple[str | None, str | None]]:
    status = of_type(found, "ticket.status_changed")
    return [(event.payload["from_status_id"], event.payload["to_status_id"]) for event in status]


def test_a_recorded_story_visits_its_statuses_in_order(recorded: Path) -> None:
    records = SOURCE.read_recording(recorded / "jira-sample")
    story = next(one for one in records if isinstance(one, RawRecord) and one.body.get("key") == "SP-1")
    found = list(SOURCE.to_events(story.instance, story.stream, story.record_key, story.body))
    created = of_type(found, "ticket.created")[0]
    visits = [created.payload["status_name"]]
    visits += [event.payload["to_status_name"] for event in of_type(found, "ticket.status_changed")]
    assert visits == ["Backlog", "Selected for Development", "In Progress", "Review"]
    assert created.occurred_at == datetime(2021, 6, 18, 18, 41, 29, 398000, tzinfo=UTC)
    assert created.instance == "improvingflow.atlassian.net"


def test_a_recorded_project_maps_without_a_bad_record(recorded: Path) -> None:
    records = list(SOURCE.read_recording(recorded / "jira-sample"))
    assert all(isinstance(record, RawRecord) for record in records)
    assert len(records) == 5 + 6 + 1


def test_a_reopened_ticket_tells_both_of_its_ends(fixture_events: Fixtures) -> None:
    assert moves(fixture_events["SHOP-1"]) == [("10000", "3"), ("3", "10002"), ("10002", "3"), ("3", "10002")]


def test_a_renamed_status_keeps_its_id_and_the_name_of_then(fixture_events: Fixtures) -> None:
    move_of_then = of_type(fixture_events["SHOP-2"], "ticket.status_changed")[0].payload
    now = of_type(fixture_events["SHOP-2"], "ticket.updated")[0].payload
    assert (move_of_then["to_status_id"], move_of_then["to_status_name"]) == ("3", "In Dev")
    assert (now["status_id"], now["status_name"]) == ("3", "In Progress")


def test_a_bulk_migration_is_told_as_moves_of_the_same_minute(fixture_events: Fixtures) -> None:
    last = [of_type(fixture_events[f"SHOP-{n}"], "ticket.status_changed")[-1] for n in (3, 4, 5)]
    assert {(event.payload["from_status_id"], event.payload["to_status_id"]) for event in last} == {("10002", "10005")}
    assert {event.occurred_at.replace(second=0) for event in last} == {datetime(2026, 2, 10, 23, tzinfo=UTC)}
    assert {event.actor for event in last} == {"bot:Automation for Jira"}


def test_a_visit_of_seconds_is_told(fixture_events: Fixtures) -> None:
    first, second = of_type(fixture_events["SHOP-3"], "ticket.status_changed")[1:3]
    assert (second.occurred_at - first.occurred_at).total_seconds() == 4.25


def test_histories_that_come_doubled_and_in_any_order_are_told_once_in_order(fixture_events: Fixtures) -> None:
    assert moves(fixture_events["SHOP-11"]) == [("10000", "3"), ("3", "10001"), ("10001", "10002")]


def test_a_changelog_that_was_cut_short_is_made_whole(fixture_events: Fixtures) -> None:
    found = of_type(fixture_events["SHOP-10"], "ticket.status_changed")
    assert [event.payload["history_id"] for event in found] == ["21001", "21002", "21015", "21003", "21004"]


def test_a_time_with_an_offset_is_that_moment() -> None:
    found = events(issue(created="2026-01-18T03:30:00.001+0530"))
    assert of_type(found, "ticket.created")[0].occurred_at == datetime(2026, 1, 17, 22, 0, 0, 1000, tzinfo=UTC)


def test_a_moved_ticket_knows_its_former_key(fixture_events: Fixtures) -> None:
    assert of_type(fixture_events["SHOP-9"], "ticket.updated")[0].payload["previous_keys"] == ["OLD-4"]


def test_a_key_that_is_gone_is_a_deletion(fixture_events: Fixtures) -> None:
    deleted = fixture_events["SHOP-8"]
    assert [(event.event_type, event.subject) for event in deleted] == [
        ("ticket.deleted", "ticket:acme-shop.atlassian.net/SHOP-8")
    ]


def test_where_a_ticket_is_need_not_be_where_its_last_move_went(fixture_events: Fixtures) -> None:
    parked = of_type(fixture_events["SHOP-12"], "ticket.updated")[0].payload
    assert (parked["status_id"], parked["status_category"], parked["status_changed_at"]) == ("10009", "unknown", None)


def test_a_ticket_that_never_moved_was_created_where_it_is() -> None:
    created = of_type(events(issue()), "ticket.created")[0].payload
    assert (created["status_id"], created["status_name"]) == ("3", "In Progress")


def test_two_moves_of_one_history_are_two_facts() -> None:
    found = of_type(events(issue(history(7, "2026-01-06T09:00:00.000+0000", move("1", "2"), move("2", "3")))),
                    "ticket.status_changed")  # fmt: skip
    assert len({event.event_id for event in found}) == 2


def test_an_id_does_not_depend_on_the_order_of_the_items() -> None:
    one, other = move("1", "2"), changed("Rank", None, "", None, "Ranked higher", fieldId="customfield_10019")
    at = "2026-01-06T09:00:00.000+0000"
    ids = [
        {event.event_id for event in events(issue(history(7, at, *items)))} for items in ((one, other), (other, one))
    ]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("name", "field", "value", "expected"),
    [
        ("Story Points", "customfield_10042", 8, 8.0),
        ("Story point estimate", "customfield_10042", 0.5, 0.5),
        ("Something", "customfield_10016", 3.0, 3.0),
        ("Something", "customfield_10026", [], None),
        ("Something", "customfield_10026", True, None),
        ("Something", "timeoriginalestimate", 28800, None),
    ],
)
def test_an_estimate_is_story_points_wherever_they_are_kept(name: str, field: str, value: Any, expected: Any) -> None:
    told = history(1, "2026-01-06T09:00:00.000+0000", changed(name, None, None, None, "8", fieldId=field))
    assert state(issue(told, **{field: value}))["estimate"] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"id": 7, "name": "Sprint 7", "state": "closed", "boardId": 1}], ["Sprint 7"]),
        (["com.atlassian.greenhopper.service.sprint.Sprint@1[id=4,state=ACTIVE,name=A, [b]=c,goal=]"], ["A, [b]=c"]),
        (["com.atlassian.greenhopper.service.sprint.Sprint@1[id=4,name=Last]"], ["Last"]),
        ([{"id": "1", "value": "Impediment"}], []),
        ("words", []),
    ],
)
def test_sprints_are_found_in_either_form(value: Any, expected: list[str]) -> None:
    assert state(issue(customfield_10020=value))["sprints"] == expected


def test_the_epic_of_an_older_site_is_the_parent() -> None:
    told = history(1, "2026-01-06T09:00:00.000+0000", changed("Epic Link", None, None, "7", "SHOP-7",
                                                               fieldId="customfield_10008"))  # fmt: skip
    assert state(issue(told, customfield_10008="SHOP-7"))["parent_key"] == "SHOP-7"


def test_a_team_is_the_field_that_the_changelog_calls_so(fixture_events: Fixtures) -> None:
    assert of_type(fixture_events["SHOP-1"], "ticket.updated")[0].payload["team"] == "Checkout"


def test_a_sub_task_is_below_its_story(fixture_events: Fixtures) -> None:
    sub_task = of_type(fixture_events["SHOP-6"], "ticket.updated")[0].payload
    assert (sub_task["parent_key"], sub_task["type_level"], sub_task["is_subtask"]) == ("SHOP-1", -1, True)


def test_a_flag_is_an_impediment() -> None:
    assert state(issue(customfield_10021=[{"value": "Impediment"}]))["is_flagged"] is True
    assert state(issue(customfield_10021=[{"value": "Else"}]))["is_flagged"] is False


def test_a_remote_link_is_dated_by_the_changelog_or_not_at_all(fixture_events: Fixtures) -> None:
    links = of_type(fixture_events["SHOP-1"], "ticket.remote_linked")
    assert {event.payload["link_id"]: event.payload["linked_at"] for event in links} == {
        "10100": "2026-01-06T11:00:00+00:00",
        "10101": None,
    }


def test_a_comment_is_one_fact_wherever_it_is_told(fixture_events: Fixtures) -> None:
    comments = of_type(fixture_events["SHOP-1"], "ticket.commented")
    assert len(comments) == 3
    assert len({event.event_id for event in comments}) == 2


def test_data_center_tickets_map_as_well(fixture_events: Fixtures) -> None:
    ticket = of_type(fixture_events["PAY-1"], "ticket.updated")[0]
    assert ticket.instance == "jira.acme.example:8443"
    assert ticket.payload["url"] == "https://jira.acme.example:8443/jira/browse/PAY-1"
    assert ticket.payload["sprints"] == ["Sprint [4], with a comma"]
    assert (ticket.payload["estimate"], ticket.payload["parent_key"]) == (3.0, "PAY-9")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (issue(created=None), "fields.created of SHOP-1 is missing"),
        (issue(created="yesterday"), "fields.created of SHOP-1 is no time: 'yesterday'"),
        (issue(updated=""), "fields.updated of SHOP-1 is missing"),
        (issue(history(1, "soon", move("1", "2"))), "created time of history 1 is no time"),
        (issue() | {"key": None}, "key of an issue is missing"),
        ([], "is no object"),
    ],
)
def test_a_record_that_lacks_a_fact_is_refused_with_the_fact(body: Any, reason: str) -> None:
    with pytest.raises(MappingError, match=reason):
        list(SOURCE.to_events("acme-shop.atlassian.net", "issues", "10001", body))


def test_a_title_is_kept_however_hostile(fixture_events: Fixtures) -> None:
    title = of_type(fixture_events["SHOP-1"], "ticket.updated")[0].payload["title"]
    assert title.startswith('<script>alert("x")</script> @everyone [~accountid:p_')
    assert "\u0007" in title
    assert of_type(fixture_events["SHOP-5"], "ticket.updated")[0].payload["title"] == "Größe & Maß: 日本語 🎁"


def test_the_address_of_a_ticket_is_the_one_that_people_open() -> None:
    assert state(issue())["url"] == f"{SITE}/browse/SHOP-1"

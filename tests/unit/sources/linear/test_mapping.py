"""What an issue's record says of its life."""

from typing import Any

import pytest

from pipelines.events.envelope import Event, MappingError

from .conftest import ANN, events, issue, move, of_type, row, span, state

T = "2026-01-06T09:0{}:00.000Z"


def visits(found: list[Event]) -> list[tuple[str | None, str]]:
    """The statuses that an issue was in, each with the minute in which it came there."""
    first = of_type(found, "ticket.created")[0].payload["status_name"]
    moved = of_type(found, "ticket.status_changed")
    return [(first, "created"), *((one.payload["to_status_name"], f"{one.occurred_at:%M}") for one in moved)]


def fields(found: list[Event]) -> dict[str, tuple[str | None, str | None]]:
    told = (event.payload for event in of_type(found, "ticket.field_changed"))
    return {one["field"]: (one["from_value"], one["to_value"]) for one in told}


def updated(body: dict[str, Any]) -> Any:
    return of_type(events(body), "ticket.updated")[0].payload


def test_the_first_status_is_the_one_that_the_first_move_left() -> None:
    found = events(issue(move("2", T.format(5), "Doing", "Done"), move("1", T.format(1), "Todo", "Doing")))
    assert visits(found) == [("Todo", "created"), ("Doing", "01"), ("Done", "05")]


def test_an_issue_that_never_moved_was_created_in_the_status_that_it_is_in() -> None:
    assert visits(events(issue())) == [("Doing", "created")]
    assert updated(issue())["status_changed_at"] == "2026-01-05T09:00:00+00:00"


def test_spans_tell_the_moves_that_a_row_of_the_history_folds_into_one() -> None:
    folded = move("1", T.format(1), "Todo", "Review", until=T.format(3))
    spans = [span("Todo", "2026-01-05T09:00:00Z"), span("Doing", T.format(1)), span("Review", T.format(3))]
    found = events(issue(folded, spans=spans, state=state("Review")))
    assert visits(found) == [("Todo", "created"), ("Doing", "01"), ("Review", "03")]
    assert {event.actor for event in of_type(found, "ticket.status_changed")} == {events(issue(creator=ANN))[0].actor}


def test_the_history_fills_in_where_the_spans_begin_late_or_lack_one() -> None:
    rows = [move(str(n), T.format(n), one, other) for n, one, other in ((1, "A", "B"), (4, "B", "C"), (6, "C", "D"))]
    late = events(issue(*rows, spans=[span("C", T.format(4)), span("D", T.format(6))]))
    lacking = events(
        issue(*rows, spans=[span("A", "2026-01-05T09:00:00Z"), span("B", T.format(1)), span("D", T.format(6))])
    )
    assert visits(late) == visits(lacking) == [("A", "created"), ("B", "01"), ("C", "04"), ("D", "06")]


def test_a_span_and_the_row_that_tells_of_it_need_not_be_of_one_millisecond() -> None:
    folded = move("1", "2026-01-06T09:01:00.200Z", "Todo", "Review", until="2026-01-06T09:03:00.000Z")
    spans = [span("Todo", "2026-01-05T09:00:00Z"), span("Doing", "2026-01-06T09:01:00.150Z")]
    spans.append(span("Review", "2026-01-06T09:03:01.000Z"))
    assert visits(events(issue(folded, spans=spans))) == [("Todo", "created"), ("Doing", "01"), ("Review", "03")]


def test_a_recording_that_tells_names_and_no_ids_is_read_all_the_same() -> None:
    def by_name(before: str, after: str, minute: int) -> dict[str, Any]:
        return {"createdAt": T.format(minute), "fromState": {"name": before}, "toState": {"name": after}}

    body = issue(by_name("Todo", "Doing", 1), by_name("Doing", "Done", 2), state={"name": "Done", "type": "completed"})
    found = events(body | {"id": None, "attachments": {"nodes": [{"url": "https://x", "title": "Spec"}]}})
    assert visits(found) == [("Todo", "created"), ("Doing", "01"), ("Done", "02")]
    assert of_type(found, "ticket.updated")[0].payload["status_changed_at"] == "2026-01-06T09:02:00+00:00"
    (page,) = of_type(found, "ticket.remote_linked")
    assert (page.payload["linked_at"], page.occurred_at) == (None, found[0].occurred_at)


def test_a_status_that_is_gone_is_known_by_its_id() -> None:
    gone = {**move("1", T.format(1), "Todo", "Doing"), "fromState": None, "fromStateId": "gone"}
    (moved,) = of_type(events(issue(gone)), "ticket.status_changed")
    assert (moved.payload["from_status_id"], moved.payload["from_status_name"]) == ("gone", None)


def test_a_status_that_no_history_leads_to_was_come_to_at_an_unknown_time() -> None:
    assert (
        updated(issue(move("1", T.format(1), "Todo", "Doing"), state=state("Elsewhere")))["status_changed_at"] is None
    )


def test_a_row_that_grew_is_another_change_and_a_row_that_is_told_twice_is_one() -> None:
    small = row("1", T.format(1), fromEstimate=1, toEstimate=2)
    grown = row("1", T.format(1), T.format(2), fromEstimate=1, toEstimate=5, toTitle="Two", fromTitle="One")
    once, both = events(issue(grown)), events(issue(small, grown, grown))
    assert [event.event_id for event in once] == [event.event_id for event in both]
    assert fields(both) == {"title": ("One", "Two"), "estimate": ("1", "5")}
    (before,) = of_type(events(issue(small)), "ticket.field_changed")
    assert before.event_id not in {event.event_id for event in both}


def test_the_title_at_the_creation_is_the_one_before_its_first_change() -> None:
    found = events(issue(row("1", T.format(1), fromTitle="One", toTitle="Two")))
    assert of_type(found, "ticket.created")[0].payload["title"] == "One"


def test_a_label_of_two_words_is_no_two_labels() -> None:
    told = fields(events(issue(row("1", T.format(1), addedLabels=[{"name": "spec review"}, {"name": "ui"}]))))
    assert told["labels"] == (None, "spec\u00a0review, ui")


def test_every_change_that_has_no_name_of_ours_is_told_under_its_own() -> None:
    changed = row(
        "1", T.format(1), fromProject=None, toProject={"name": "Export"}, archived=True, trashed=False,
        fromTeam={"key": "OPS"}, toTeam={"key": "ENG"}, toDueDate="2026-02-01", updatedDescription=True,
        relationChanges=[{"identifier": "ENG-2", "type": "ab"}], addedToReleases=[{"id": "r", "name": "Shop"}],
        toConvertedProject={"name": "Big"}, toSlaBreachesAt="2026-02-01T00:00:00Z",
    )  # fmt: skip
    assert fields(events(issue(changed))) == {
        "extra:project": (None, "Export"), "extra:archived": ("false", "true"), "extra:trashed": ("true", "false"),
        "extra:team": ("OPS", "ENG"), "extra:due_date": (None, "2026-02-01"), "extra:relations": (None, "ab ENG-2"),
        "extra:description": (None, "a new version"), "extra:releases": (None, "Shop"),
        "extra:converted_to_project": (None, "Big"), "extra:sla": (None, "2026-02-01T00:00:00Z"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "category", "resolution"),
    [
        ("triage", "to_do", None), ("backlog", "to_do", None), ("unstarted", "to_do", None),
        ("started", "in_progress", None), ("completed", "done", "Completed"), ("canceled", "cancelled", "Canceled"),
        ("duplicate", "cancelled", "Duplicate"), ("deferred", "unknown", None), (None, "unknown", None),
    ],
)  # fmt: skip
def test_a_status_counts_by_its_type_and_only_completed_work_is_resolved(kind, category, resolution) -> None:
    told = updated(issue(state=state("X", kind), completedAt="2026-01-09T00:00:00Z", canceledAt="2026-01-09T00:00:00Z"))
    assert (told["status_category"], told["resolution"]) == (category, resolution)
    assert (told["resolved_at"] is not None) == (kind == "completed")


def test_a_moved_issue_keeps_the_keys_that_it_had() -> None:
    assert updated(issue(previousIdentifiers={"no": "list"}))["previous_keys"] == []
    body = issue() | {"previousIdentifiers": ["OPS-7", "ENG-1", "OPS-7", None]}
    assert updated(body)["previous_keys"] == ["OPS-7"]


def test_an_issue_in_the_trash_is_deleted_from_when_it_was_thrown_there() -> None:
    thrown = row("1", T.format(1), trashed=True)
    (gone,) = of_type(events(issue(thrown, trashed=True)), "ticket.deleted")
    assert f"{gone.occurred_at:%M}" == "01"
    assert of_type(events(issue(thrown, archivedAt=T.format(1))), "ticket.deleted") == []


def test_numbers_may_be_texts_and_times_may_lack_a_zone() -> None:
    body = issue(estimate="5", priority="2", createdAt="2026-01-05T09:00:00")
    assert (updated(body)["estimate"], updated(body)["priority"]) == (5.0, "High")
    assert updated(body)["created_at"] == "2026-01-05T09:00:00+00:00"
    assert updated(issue(priority=0, priorityLabel="No priority"))["priority"] is None


def test_a_relation_reads_from_either_end_and_a_follow_up_is_told_by_its_label() -> None:
    def relation(kind: str, side: str) -> dict[str, Any]:
        return {"id": kind, "type": kind, "createdAt": T.format(1), side: {"identifier": "ENG-2"}}

    def phrases(**more: Any) -> list[str]:
        return [event.payload["relation"] for event in of_type(events(issue(**more)), "ticket.linked")]

    kinds = ("blocks", "duplicate", "related", "entangled")
    assert phrases(relations=[relation(kind, "relatedIssue") for kind in kinds]) == [
        "blocks", "duplicates", "relates to", "entangled",
    ]  # fmt: skip
    assert phrases(inverseRelations=[relation(kind, "issue") for kind in kinds[:2]]) == [
        "is blocked by", "is duplicated by",
    ]  # fmt: skip
    label = [{"name": "Follow-up"}]
    assert phrases(relations=[relation("related", "relatedIssue")], labels=label) == ["is follow-up of"]


def test_a_page_a_document_and_a_release_are_links_elsewhere() -> None:
    release = {"id": "r", "name": "Shop", "version": "1.2", "createdAt": T.format(1), "stage": {"type": "completed"}}
    found = events(
        issue(
            row("1", T.format(4), addedToReleases=[{"id": "r", "name": "Shop"}]),
            attachments=[
                {"id": "a", "url": "https://x", "title": "X", "createdAt": T.format(2), "sourceType": "figma"}
            ],
            documents=[{"id": "d", "url": "https://y", "title": "Spec", "createdAt": T.format(3)}],
            releases=[release],
        )
    )
    told = [(one.payload["title"], one.payload["relation"], one.payload["linked_at"][14:16])
            for one in of_type(found, "ticket.remote_linked")]  # fmt: skip
    assert told == [("X", "figma", "02"), ("Spec", "document", "03"), ("Shop 1.2", "release (completed)", "04")]


def test_an_insight_names_the_stories_that_it_links_to_and_writes_of() -> None:
    body = issue(
        title="Led to SHOP-2",
        description="UTF-8, RFC-4180, SHA-256 and ENG-1 are none; see FIND-3.",
        labels=[{"name": "User Insight"}],
        attachments=[{"id": "a", "url": "https://x.example/browse/SHOP-1?a=1", "title": "", "createdAt": T.format(1)}],
    )
    (noted,) = of_type(events(body), "interview.insight_noted")
    assert noted.payload["story_keys"] == ["SHOP-1", "SHOP-2", "FIND-3"]
    assert updated(body)["type"] == "Insight"
    assert updated(issue(project={"name": "Interviews"}))["type"] == "Interview"


def test_a_customer_need_is_something_learned_that_names_its_own_issue() -> None:
    need = {"id": "n", "content": "We copy by hand.\nTwice.", "createdAt": T.format(1), "customer": {"id": "c"}}
    (noted,) = of_type(events(issue(needs=[need])), "interview.insight_noted")
    assert (noted.payload["title"], noted.payload["story_keys"]) == ("We copy by hand.", ["ENG-1"])
    assert of_type(events(issue()), "interview.insight_noted") == []


def test_a_type_comes_from_a_group_of_labels_or_from_those_that_every_workspace_has() -> None:
    assert updated(issue(labels=[{"name": "Chore", "parent": {"name": "Type"}}]))["type"] == "Chore"
    assert updated(issue(labels=[{"name": "ui"}, {"name": "bug"}]))["type"] == "Bug"
    assert updated(issue())["type"] == "Issue"


def test_who_acted_may_be_a_person_an_app_or_an_integration() -> None:
    app = {"id": "x", "name": "Storyline", "displayName": "storyline", "app": True}
    bot = {"id": None, "name": "GitHub", "type": "github"}
    rows = [
        row("1", T.format(1), toTitle="A", fromTitle="B") | {"actor": who, "botActor": bot} for who in (ANN, app, None)
    ]
    actors = [of_type(events(issue(one)), "ticket.field_changed")[0].actor for one in rows]
    assert actors[1:] == ["bot:Storyline", "bot:GitHub"]
    assert str(actors[0]).startswith("p_")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"identifier": None}, "the identifier of an issue is missing"),
        ({"createdAt": "yesterday"}, "createdAt of ENG-1 is no time: 'yesterday'"),
        ({"updatedAt": None}, "updatedAt of ENG-1 is missing"),
        ({"comments": [{"id": "c"}]}, "createdAt of comment c is missing"),
        ({"relations": [{"id": "r", "createdAt": T.format(1)}]}, "the other issue of a relation of ENG-1 is missing"),
        ({"state": state("X", "completed"), "completedAt": "soon"}, "completedAt of ENG-1 is no time: 'soon'"),
    ],
)
def test_what_cannot_be_mapped_is_refused_with_a_sentence(more, said) -> None:
    with pytest.raises(MappingError) as refused:
        events(issue() | issue(**more))
    assert str(refused.value) == said


def test_a_state_without_a_name_and_an_unknown_stream_are_refused() -> None:
    with pytest.raises(MappingError, match="the name of workflow state s is missing"):
        events({"id": "s"}, "workflow_states")
    with pytest.raises(MappingError, match="linear has no stream 'cycles'"):
        events({"id": "s"}, "cycles")

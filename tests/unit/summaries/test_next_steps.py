"""What a story calls for next: proposed in the comment, named once it is there, and silent where nobody wants it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.summaries.document import plain
from pipelines.summaries.facts import FactPack
from pipelines.summaries.lines import Terms
from pipelines.summaries.stories import packs
from pipelines.summaries.template import document
from tests.unit.summaries.told import FOLLOW_UP, STORY, asked, by_lot, marts, tried

HOSTILE: list[str] = json.loads((Path(__file__).parent / "hostile.json").read_text())["texts"]
TARGET = Terms(adoption_target=0.3)


def told(
    *rows: Any, terms: Terms | None = None, taken_up: dict[str, str | None] | None = None, **more: Any
) -> FactPack:  # fmt: skip
    whole = marts(rows or [tried(), by_lot()], **more)
    (found,) = packs(replace(whole, taken_up={"SHOP-12": taken_up or {}}), terms or Terms())
    return found


def next_line(pack: FactPack) -> str:
    lines = [line for line in plain(document(pack)).splitlines() if line.startswith(("Next steps", "Nächste"))]
    return lines[0] if lines else ""


def test_a_top_request_is_proposed_with_how_many_people_ask_for_it():
    found = told(requests=[asked()])
    assert next_line(found) == ('Next steps: proposed: a follow-up story for "Add Excel format option" (45 people).')
    assert [(step.reason, step.item_ids) for step in found.next_steps] == [("top_request", ("t1",))]


def test_it_is_proposed_in_german_too():
    assert next_line(told(requests=[asked()], terms=Terms(locale="de", adoption_target=0.3))) == (
        "Nächste Schritte: vorgeschlagen: eine Folge-Story zu „Add Excel format option“ (45 Personen) und eine zu "
        "Nutzung: 23 % von 10.000 aktiven Nutzern, die darauf trafen, (95-%-KI 22,2 bis 23,8), Ziel 30 %."
    )


@pytest.mark.parametrize(
    ("row", "is_missed"),
    [
        (tried(), True),
        (tried(is_mature=False), False),
        # The interval reaches the target, so it may have been met.
        (tried(value=0.29, ci_low=0.28, ci_high=0.301), False),
        (tried(value=0.5, ci_low=0.4, ci_high=0.6), False),
        (tried(ci_low=None, ci_high=None, value=None, evidence_grade=None), False),
    ],
    ids=["below for sure", "not mature", "may have been met", "met", "too few to tell"],
)
def test_adoption_has_failed_only_where_that_is_sure(row, is_missed):
    found = told(row, by_lot(), terms=TARGET)
    assert [step.reason for step in found.next_steps] == ["adoption"] * is_missed
    assert told(row, by_lot()).next_steps == ()


def test_of_several_flags_one_that_met_its_target_is_enough():
    second = {"flag_key": "second", "value": 0.5, "ci_low": 0.45, "ci_high": 0.55}
    assert told(tried(), tried(**second), by_lot(), terms=TARGET).next_steps == ()


def test_few_people_are_no_call_and_three_are_the_least_ever():
    assert told(requests=[asked(people=9)], terms=Terms(least_people=10)).next_steps == ()
    assert told(requests=[asked(people=2)]).next_steps == ()


def test_what_somebody_made_of_it_already_is_named_and_nothing_is_proposed():
    found = told(requests=[asked()], stories=[STORY, FOLLOW_UP], terms=TARGET)
    assert next_line(found) == "Next steps: follow-up story SHOP-412 created."
    assert found.next_steps == ()


def test_our_own_follow_up_is_named_before_the_marts_know_it_and_the_other_reason_stays():
    found = told(requests=[asked()], terms=TARGET, taken_up={"top_request": "SHOP-500"})
    assert next_line(found).startswith("Next steps: follow-up story SHOP-500 created; proposed: a follow-up story for ")
    assert [step.reason for step in found.next_steps] == ["adoption"]
    again = told(requests=[asked()], stories=[STORY, FOLLOW_UP | {"story_key": "SHOP-500"}],
                 taken_up={"top_request": "SHOP-500"})  # fmt: skip
    assert next_line(again) == "Next steps: follow-up story SHOP-500 created."


def test_one_that_was_deleted_or_rejected_is_neither_named_nor_proposed_again():
    gone = FOLLOW_UP | {"story_key": "SHOP-500", "is_deleted": True}
    deleted = told(requests=[asked()], stories=[STORY, gone], taken_up={"top_request": "SHOP-500"})
    rejected = told(requests=[asked()], taken_up={"top_request": None})
    assert [next_line(one) for one in (deleted, rejected)] == ["", ""]


@pytest.mark.parametrize("theme", HOSTILE)
def test_a_hostile_request_says_nothing_of_its_own_in_a_proposal(theme):
    readable = theme.encode("utf-8", "ignore").decode()
    said = next_line(told(requests=[asked(theme=readable)]))
    assert not any(sign in said for sign in ("http", "@", "<", "[", "`", "|", "{"))

"""When a story is told of, and what of it."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from pipelines import docs_columns
from pipelines.impact.story_impact import SCHEMA
from pipelines.summaries.document import plain
from pipelines.summaries.lines import Terms
from pipelines.summaries.stories import packs
from pipelines.summaries.template import document
from tests.unit.summaries.told import (
    FINAL,
    FULL,
    FULL_STORY,
    STAGES,
    STEPS,
    STORIES,
    STORY,
    asked,
    by_lot,
    impact,
    marts,
    pack,
    raised,
    refused,
    tickets,
    tried,
)  # fmt: skip


def text(rows: Any, terms: Terms | None = None, **more: Any) -> str:
    return plain(document(pack(rows, terms, **more)))


def due(rows: Any, **more: Any) -> list[Any]:
    return packs(marts(rows, **more), Terms())


def at(days: float, *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [row | {"as_of": FULL + timedelta(days=days)} | more for row in rows]


def test_a_story_is_told_of_from_the_thirtieth_day_on_and_finally_from_the_thirty_eighth() -> None:
    assert due(at(29.99, tried(), by_lot())) == []
    waiting = {"is_mature": False}
    assert [due(at(day, tried(), by_lot(), **waiting))[0].is_final for day in (30, 37.99, 38)] == [False, False, True]
    assert due(at(30, tried(), by_lot()))[0].is_final
    assert not due(at(30, tried(), refused("too_early")))[0].is_final


def test_a_story_that_not_everybody_has_or_that_is_gone_is_not_told_of() -> None:
    assert due([tried()], stories=[STORY | {"full_rollout_at": None}]) == []
    assert due([tried()], stories=[STORY | {"is_deleted": True}]) == []
    assert due([], stories=[STORY]) == []


def test_a_story_that_nobody_met_and_that_nobody_asked_anything_about_makes_no_noise() -> None:
    nobody = refused("not_enough_data", n=0)
    assert due([nobody]) == []
    assert len(due([nobody], requests=[asked()])) == 1
    assert len(due([nobody | {"n_excluded_immature": 3}])) == 1


def test_what_was_taken_back_is_told_once_and_only_when_it_would_have_been() -> None:
    back = impact("exposed", "returned_d1_d7", "rolled_back")
    more = {"stories": [STORY | {"full_rollout_at": None}], "steps": raised(10, 50, 0)}
    begun = FULL - timedelta(days=2)
    assert due([back | {"as_of": begun + timedelta(days=29.9)}], **more) == []
    (told,) = due([back | {"as_of": begun + timedelta(days=30)}], **more)
    assert (told.state, told.shipped_at, told.claims, told.is_final) == ("rolled_back", begun, (), True)


def test_of_a_story_that_was_taken_back_and_given_again_the_last_rollout_alone_is_told() -> None:
    back = impact("exposed", "returned_d1_d7", "rolled_back")
    (told,) = due([back, tried() | {"epoch": 2}, by_lot() | {"epoch": 2}])
    assert (told.state, told.epoch) == ("shipped", 2)
    (told,) = due([tried(), by_lot(), back | {"epoch": 2}], steps=raised(10, 50, 0, epoch=2))
    assert (told.state, told.epoch, told.claims) == ("rolled_back", 2, ())


def test_the_day_is_the_one_where_the_project_lives() -> None:
    late = STORY | {"full_rollout_at": FULL.replace(hour=23, minute=30)}
    rows = [tried() | {"as_of": FINAL + timedelta(days=1)}]
    assert text(rows, stories=[late]).startswith("Shipped to 100 % on 15 Dec 2025.")
    assert text(rows, Terms(time_zone="Asia/Tokyo"), stories=[late]).startswith("Shipped to 100 % on 16 Dec 2025.")


def test_the_order_in_which_rows_come_changes_nothing() -> None:
    known = marts(
        FULL_STORY["rows"], requests=FULL_STORY["requests"], stories=FULL_STORY["stories"], steps=raised(1, 10, 100)
    )
    (one,) = packs(known, Terms())
    turned = type(known)(
        *(getattr(known, name).reverse() for name in ("stories", "stages", "steps", "impact", "requests"))
    )
    (other,) = packs(turned, Terms())
    assert one.canonical_json() == other.canonical_json()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None])
def test_a_figure_that_is_none_is_not_told(bad: Any) -> None:
    told = text([tried(), by_lot(ratio=bad), tickets(ratio=bad, crude_ratio=bad)])
    assert "nan" not in told
    assert "inf" not in told
    assert "offered" not in told


def test_other_figures_are_another_digest_and_the_moment_is_none() -> None:
    one, again = pack([tried()]), pack([tried() | {"as_of": FINAL + timedelta(days=5)}])
    assert one.digest == again.digest
    assert one.digest != pack([tried(n=10_001)]).digest
    assert pl.read_json(one.canonical_json().encode()).height == 1


def test_the_marts_promise_every_column_that_a_comment_is_made_of() -> None:
    promised = {mart.name: {column.name for column in mart.columns} for mart in docs_columns.marts()}
    read = {"fct_stories": STORIES, "fct_story_stages": STAGES, "fct_rollout_steps": STEPS, "fct_story_impact": SCHEMA}
    assert [(name, lost) for name, columns in read.items() if (lost := set(columns) - promised[name])] == []

"""The comment without any model: byte for byte as it lies in `golden/`, and in the mart's own words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.impact import story_impact
from pipelines.summaries.document import Bullets, Paragraph, plain
from pipelines.summaries.lines import Terms
from pipelines.summaries.stories import packs
from pipelines.summaries.template import comment, document
from tests.unit.impact.rollouts import FULL as DRAWN_FULL
from tests.unit.impact.rollouts import frames, rollout
from tests.unit.summaries.told import (
    FOLLOW_UP,
    FULL,
    GOLDEN,
    STORY,
    asked,
    by_lot,
    by_use,
    golden,
    line,
    marts,
    pack,
    refused,
    tickets,
    tried,
)

FILES = Path(__file__).parent / "golden"
LOCALES = {"en": Terms(), "de": Terms(locale="de", time_zone="Europe/Berlin")}


def text(rows: Any, terms: Terms | None = None, **more: Any) -> str:
    return plain(document(pack(rows, terms, **more)))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", GOLDEN)
def test_equal_facts_have_the_comment_that_is_written_down_byte_for_byte(name: str, locale: str) -> None:
    told = plain(document(golden(name, LOCALES[locale])))
    assert told.encode() == (FILES / f"{name}.{locale}.txt").read_bytes()


def test_the_page_on_comments_shows_the_comment_as_it_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "summaries.md").read_text()
    shown = "".join(f"    {one}\n" for one in plain(document(golden("grade_a"))).splitlines())
    assert f"\n\n{shown}\n" in page


def test_every_comment_that_is_written_down_is_compared() -> None:
    assert sorted(file.name for file in FILES.iterdir()) == sorted(f"{n}.{loc}.txt" for n in GOLDEN for loc in LOCALES)


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        (((50, "throughout"),), {"back": 0.9}),
        (((50, "throughout"),), {"away": 0.9}),
        (((50, "throughout"),), {}),
        (((10, "throughout"), (25, "throughout"), (100, "none")), {"back": 0.9}),
        (((50, "partly"),), {"back": 0.9}),
        (((100, "none"),), {}),
    ],
)
def test_in_english_an_effect_is_told_in_the_mart_s_own_words(steps: Any, more: dict[str, Any]) -> None:
    """Both sides are computed: the estimates of a drawn rollout, and the comment that is made of their rows."""
    drawn = rollout(1, steps=steps, **more)
    # The busiest all used it, so they have no like among the others and are not in the comparison by use.
    met = drawn.people.filter((pl.col("x") <= 13) | pl.col("used") | (pl.col("arm") == "control"))
    rows = story_impact.measure(frames(replace(drawn, people=met) if 100 in dict(steps) else drawn))
    story = STORY | {"story_key": rows["story_key"][0], "full_rollout_at": DRAWN_FULL}
    shown = marts([], stories=[story], steps=[], stages=[])
    told = packs(type(shown)(shown.stories, shown.stages, shown.steps, rows, shown.requests), Terms())[0]
    bullets = next(block for block in document(told).blocks if isinstance(block, Bullets)).items
    by_mart = {(row["audience"], row["metric"]): row["wording"] for row in rows.to_dicts()}
    assert {claim.subject for claim in told.claims} >= {"retention"}
    for claim, bullet in zip(told.claims, bullets, strict=True):
        assert bullet == by_mart[claim.audience, claim.metric]


def test_what_is_told_is_settled_by_what_is_known_and_not_by_how_it_came_out() -> None:
    bought = {"audience": "exposed", "metric": "bought_7d"}
    for answer in ("increased", "decreased", "no_clear_effect"):
        claims = pack([tried(), by_lot(answer=answer), by_lot(answer=answer) | bought]).claims
        assert [claim.metric for claim in claims] == ["tried_month", "returned_d1_d7", "bought_7d"]
    alone = pack([refused("no_comparison"), by_lot() | bought]).claims
    assert [claim.form for claim in alone] == ["no_comparison", "randomised_ratio"]


@pytest.mark.parametrize("grade", ["A", "B"])
def test_a_bare_comparison_of_users_is_never_told_beside_a_better_one(grade: str) -> None:
    told = [
        claim.form for claim in pack([by_lot(grade, "increased" if grade == "A" else "higher"), by_use("D")]).claims
    ]
    assert told == [f"{'randomised' if grade == 'A' else 'diluted'}_ratio"]
    assert [claim.form for claim in pack([refused(), by_use("C"), by_use("D")]).claims] == ["adjusted"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_ratio_of_grade_d_stands_beside_the_words_of_its_grade(locale: str) -> None:
    told = text([refused(), by_use("D")], LOCALES[locale])
    (ratio,) = [one for one in told.splitlines() if "1.81" in one.replace(",", ".")]
    assert ("also" in ratio and "does not show" in ratio) or ("außerdem" in ratio and "zeigt nicht" in ratio)


def test_what_the_mix_of_users_turned_round_is_told_with_that_and_offered_to_nobody() -> None:
    turned = pack([refused(), by_use("C", crude_ratio=0.8)])
    assert plain(document(turned)).count("The plain comparison says the contrary") == 1
    assert turned.offered == ()


def test_broken_arms_are_told_of_even_beside_what_users_did() -> None:
    assert [claim.form for claim in pack([refused("sample_ratio_off"), by_use("C")]).claims] == [
        "adjusted", "sample_ratio_off"
    ]  # fmt: skip


def test_those_with_as_many_people_are_all_named_and_fewer_than_three_are_none() -> None:
    tie = text([tried()], requests=[asked("B", 5), asked("A", 5), asked("C", 4)])
    assert [one for one in tie.splitlines() if "Top" in one] == [
        '• Top request: "A" (5 people).',
        '• Top request: "B" (5 people).',
    ]
    assert "Top request" not in text([tried()], requests=[asked("A", 2)])


def test_stories_that_came_of_it_are_named_by_their_keys() -> None:
    stories = [
        STORY,
        FOLLOW_UP,
        FOLLOW_UP | {"story_key": "SHOP-413"},
        FOLLOW_UP | {"story_key": "X-1", "is_deleted": True},
    ]
    assert "follow-up stories SHOP-412, SHOP-413 created." in text([tried()], stories=stories)


def test_a_topic_whose_tickets_are_gone_is_told_in_counts_and_not_as_a_hundred_per_cent() -> None:
    gone = tickets("D", numerator=0.0, ratio=None, ci_low=None, ci_high=None)
    assert 'about "how to export data": 0 after, 95 before, before and after only.' in text([tried(), gone])


def test_a_topic_that_did_not_clearly_change_says_so() -> None:
    unclear: dict[str, Any] = {"answer": "no_clear_difference", "ratio": 0.9, "ci_low": 0.7, "ci_high": 1.3}
    told = text([tried(), tickets("B", **unclear)])
    assert "against other topics 10 % fewer (30 % fewer to 30 % more), no clear change." in told
    # It ran unlike the others before already, so it is told as it is and claimed of nobody.
    assert "before and after only, no clear change." in text([tried(), tickets("D", **unclear)])


def test_of_several_flags_each_is_told_by_its_name_and_the_ids_differ() -> None:
    other = {"flag_key": "csv-button", "epoch": 3}
    told = pack([tried(), tried() | other, by_lot() | {"epoch": 1}])
    assert (told.epoch, told.flag_keys) == (3, ("csv-button", "csv-export"))
    assert 'Of "csv-button": 23 %' in plain(document(told))
    ids = [fact.id for fact in told.everything()]
    assert len(ids) == len(set(ids))


def test_times_that_run_backwards_are_told_as_they_are() -> None:
    told = text([tried()], stages=line(("interview", "backlog", -7_200), ("backlog", "production", 90_000)))
    assert "interview -2.0 h (out of order) › spec + code + review + 10 % 1.0 d." in told


def test_a_comment_carries_all_that_it_rests_on() -> None:
    known = golden("grade_a")
    made = comment(known)
    assert (made.story_key, made.epoch, made.kind, made.author) == ("SHOP-12", 1, "impact", "template")
    assert (made.definition_version, made.is_final, made.shipped_at) == ("summary 2, impact 1", True, FULL)
    assert made.facts == known.canonical_json()
    assert len(made.facts_digest) == 64
    assert isinstance(made.document.blocks[0], Paragraph)

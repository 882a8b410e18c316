"""From the marts to a pack of facts for each story whose time has come: frames in, packs out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from pipelines.summaries.claims import PRIMARY, TOPIC, claims_of, numbered
from pipelines.summaries.facts import VERSION, Claim, FactPack
from pipelines.summaries.language import Language, language
from pipelines.summaries.lines import Lines, Terms
from pipelines.summaries.literal import literal
from pipelines.summaries.next_steps import ADOPTION_MISSED, TOP_REQUEST, missed_adoption, request_to_take_up

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Marts:
    """The rows that comments are made of, as the marts have them.

    Attributes:
        stories: fct_stories; `stages` fct_story_stages; `steps` fct_rollout_steps; `impact` fct_story_impact;
            `requests` fct_top_requests.
        taken_up: of a story, the key of the ticket that was made of each reason; null where nobody wants one.
    """

    stories: pl.DataFrame
    stages: pl.DataFrame
    steps: pl.DataFrame
    impact: pl.DataFrame
    requests: pl.DataFrame
    taken_up: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Story:
    """A story and its own rows; `rows` of impact are of the last epoch of each flag."""

    row: Row
    rows: tuple[Row, ...]
    steps: tuple[Row, ...]
    stages: tuple[Row, ...]
    requests: tuple[Row, ...]
    follow_ups: tuple[str, ...]
    taken_up: Mapping[str, str | None]

    @property
    def as_of(self) -> datetime:
        found: datetime = max(row["as_of"] for row in self.rows)
        return found

    @property
    def standing(self) -> tuple[Row, ...]:
        """Rows of what was not rolled back."""
        back = {row["flag_key"] for row in self.rows if row["answer"] == "rolled_back"}
        return tuple(row for row in self.rows if row["flag_key"] not in back)


def packs(marts: Marts, terms: Terms) -> list[FactPack]:
    """Return a pack for each story that is told of, by key: fully out for `adoption_days`, or taken back.

    A story is told of its last rollout alone. Where nobody is known to have met it, and nobody asked for anything,
    there is nothing to tell and no pack.

    Raises:
        ValueError: there are no phrases for the locale.
    """
    speak = language(terms.locale)
    return [pack for story in _stories(marts) for pack in _pack(story, terms, speak)]


def _stories(marts: Marts) -> Iterator[_Story]:
    keys = marts.impact.select("story_key").unique()
    impact, stages = _by_story(marts.impact, keys), _by_story(marts.stages, keys)
    requests = _by_story(marts.requests, keys)
    flags: dict[str, list[Row]] = {}
    for row in marts.steps.filter(pl.col("is_production")).iter_rows(named=True):
        flags.setdefault(row["flag_key"], []).append(row)
    followers: dict[str, list[str]] = {}
    gone = set(marts.stories.filter(pl.col("is_deleted").fill_null(value=False))["story_key"])
    known = marts.stories.filter(~pl.col("is_deleted").fill_null(value=False))
    for row in known.filter(pl.col("origin_story_key").is_not_null()).iter_rows(named=True):
        followers.setdefault(row["origin_story_key"], []).append(row["story_key"])
    for row in known.join(keys, on="story_key", how="semi").sort("story_key").iter_rows(named=True):
        key = row["story_key"]
        rows = _last_epochs(impact[key])
        steps = tuple(step for one in sorted({(row["flag_key"] or "", row["epoch"]) for row in rows})
                      for step in flags.get(one[0], []) if step["epoch"] == one[1])  # fmt: skip
        yield _Story(
            row, rows, steps, tuple(stages.get(key, ())), tuple(requests.get(key, ())),
            tuple(sorted(followers.get(key, ()))),
            {reason: None if made in gone else made for reason, made in marts.taken_up.get(key, {}).items()},
        )  # fmt: skip


def _by_story(frame: pl.DataFrame, keys: pl.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in frame.join(keys, on="story_key", how="semi").iter_rows(named=True):
        found.setdefault(row["story_key"], []).append(row)
    return found


def _last_epochs(rows: Sequence[Row]) -> tuple[Row, ...]:
    last: dict[str | None, int] = {}
    for row in rows:
        last[row["flag_key"]] = max(row["epoch"], last.get(row["flag_key"], 0))
    kept = [row for row in rows if row["epoch"] == last[row["flag_key"]]]
    return tuple(sorted(kept, key=lambda row: (row["flag_key"] or "", row["audience"], row["metric"])))


def _pack(story: _Story, terms: Terms, speak: Language) -> Iterator[FactPack]:
    rows, full_at = story.standing, story.row["full_rollout_at"]
    lines = Lines(terms, speak)
    if not rows:
        yield from _rolled_back(story, lines)
        return
    if full_at is None or story.as_of < full_at + terms.adoption:
        return
    claims = numbered(_claims(rows, speak))
    requests = _top(story.requests)
    if not (requests or any(_is_known(row) for row in rows)):
        return
    is_final = story.as_of >= full_at + terms.final or _is_mature(rows)
    lines.shipped(full_at, has_flag=any(row["flag_key"] for row in rows))
    if not is_final:
        lines.waiting(max(row["n_excluded_immature"] for row in rows), full_at + terms.final)
    lines.requests(requests)
    _next_steps(story, rows, requests, lines)
    lines.whole(story.row, story.stages, has_flag=any(row["flag_key"] for row in rows))
    yield _made(story, rows, lines, "shipped", full_at, full_at + terms.final, claims, is_final=is_final)


def _rolled_back(story: _Story, lines: Lines) -> Iterator[FactPack]:
    """Yield what is told of what was taken back: that, once it would have been told of, and nothing else."""
    opened = [step["started_at"] for step in story.steps if (step["percentage"] or 0) > 0]
    if not opened or story.as_of < min(opened) + lines.terms.adoption:
        return
    lines.rolled_back(_taken_back_at(story.steps))
    yield _made(story, story.rows, lines, "rolled_back", min(opened), min(opened), (), is_final=True)


def _made(
    story: _Story, rows: Sequence[Row], lines: Lines, state: str, shipped_at: datetime, final_at: datetime,
    claims: tuple[Claim, ...], *, is_final: bool,
) -> FactPack:  # fmt: skip
    return FactPack(
        story_key=story.row["story_key"],
        epoch=max(row["epoch"] for row in rows),
        flag_keys=tuple(sorted({row["flag_key"] for row in rows if row["flag_key"]})),
        state=state,
        locale=lines.terms.locale,
        time_zone=lines.terms.time_zone,
        shipped_at=shipped_at,
        final_at=final_at,
        is_final=is_final,
        facts=tuple(lines.facts),
        lines=tuple(lines.told),
        claims=claims,
        definition_version=f"summary {VERSION}, {_version(rows)}",
        next_steps=tuple(lines.steps),
    )


def _next_steps(story: _Story, rows: Sequence[Row], requests: Sequence[Row], lines: Lines) -> None:
    """Tell what came of it, and what it calls for; where somebody else made a ticket of it, that is left to them."""
    own, terms = story.taken_up, lines.terms
    keys = sorted({*story.follow_ups, *filter(None, own.values())})
    is_free = not set(story.follow_ups) - set(own.values())
    request = request_to_take_up(requests, terms.least_people) if is_free and TOP_REQUEST not in own else None
    adoption = missed_adoption(rows, terms.adoption_target) if is_free and ADOPTION_MISSED not in own else None
    lines.next_steps(keys, request, adoption)


def _claims(rows: Sequence[Row], speak: Language) -> list[Claim]:
    flags = sorted({row["flag_key"] or "" for row in rows})
    return [
        claim for flag in flags
        for claim in claims_of(
            [row for row in rows if (row["flag_key"] or "") == flag], speak, flag if len(flags) > 1 else None
        )
    ]  # fmt: skip


def _version(rows: Sequence[Row]) -> str:
    """Return the version of the estimates by arms and use: topics come later, and may not make it another comment."""
    told = sorted({row["definition_version"] for row in rows if (row["audience"], row["metric"]) == PRIMARY})
    return ", ".join(told) or "no impact"


def _is_known(row: Row) -> bool:
    if row["metric"].startswith(TOPIC):
        return bool(row["n"])
    return bool(row["n"] or row["n_excluded_immature"])


def _is_mature(rows: Sequence[Row]) -> bool:
    told = [row for row in rows if (row["audience"], row["metric"]) == PRIMARY]
    return all(row["is_mature"] and row["answer"] != "too_early" for row in [*told, *_topics(rows)]) and bool(told)


def _topics(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["metric"].startswith(TOPIC)]


def _top(requests: Sequence[Row]) -> list[Row]:
    """Return what most people wish for: one theme, or those that are equal; nothing of fewer than three people."""
    most = max((row["people"] for row in requests), default=0)
    found = [row for row in requests if row["people"] == most and most >= Lines.LEAST_PEOPLE]
    return sorted(found, key=lambda row: (literal(row["theme"]), row["theme"]))


def _taken_back_at(steps: Sequence[Row]) -> datetime | None:
    """Return when fewer users got it than at its height, of several flags the first."""
    found = []
    for flag in sorted({step["flag_key"] for step in steps}):
        own = [step for step in steps if step["flag_key"] == flag and step["percentage"] is not None]
        own.sort(key=lambda step: step["step"])
        height = max((step["percentage"] for step in own), default=0)
        peak = max((step["step"] for step in own if step["percentage"] == height), default=0)
        found += [step["started_at"] for step in own if step["step"] > peak][:1]
    return min(found, default=None)

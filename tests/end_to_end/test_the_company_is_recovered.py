"""The demo company knows what is true; the line, fed over HTTP by played vendors, must come to the same."""

from datetime import datetime
from typing import Any

import pytest

from pipelines.company import Company, Scale, simulate, story_truths
from pipelines.company.abandoned import Abandoned, abandoned_truths
from pipelines.company.facts import Status, Story
from pipelines.company.link_truth import link_truth
from pipelines.company.releases import merge_sha
from tests.end_to_end.recovering import named_rows, night, rows


def _called(company: Company, story: Story | Abandoned, place: int, as_of: datetime) -> str:
    """What the status of a visit is called now: a renaming holds for all of the past, a migration for what stood there.

    Args:
        place: of the move into it, -1 for the creation.
    """
    move = story.moves[place] if place >= 0 else None
    status, at = (move.status, move.at) if move else (Status.BACKLOG, story.created_at)
    moved = story.transfer if isinstance(story, Story) and story.transfer and story.transfer.at <= as_of else None
    after = [later.at for later in story.moves[place + 1 :] if later.at <= as_of]
    for one in company.migrations:
        is_here = one.team == (moved.team if moved else story.team)
        if is_here and one.status is status and one.at <= as_of and (at >= one.at or not after):
            return one.name
    return next((one.before for one in company.renamings if one.status is status and as_of < one.until), status.value)


def _visits(company: Company, as_of: datetime) -> list[tuple[str, str, datetime]]:
    """Every visit to a status, each slip of a hand included."""
    return sorted(
        (story.key_at(as_of) if isinstance(story, Story) else story.key, _called(company, story, place, as_of), at)
        for story in (*company.stories, *company.abandoned)
        for place, at in enumerate([story.created_at, *(move.at for move in story.moves)], -1)
        if at <= as_of
    )


def _told(company: Company, as_of: datetime, marts: dict[str, dict[str, Any]]) -> list[tuple[str, str, Any, Any]]:
    """Every milestone that the mart tells otherwise than the truth."""
    wrong = []
    for truth in (*story_truths(company, as_of), *abandoned_truths(company.abandoned, as_of)):
        for name in truth.__dataclass_fields__:
            told, true = marts[truth.story_key][name], getattr(truth, name)
            if told != true:
                wrong.append((truth.story_key, name, told, true))
    return wrong


def _hangs_together(company: Company, as_of: datetime) -> dict[str, tuple[str | None, str | None]]:
    """Each story's epic, and the story that it was learned from, by the keys of now."""
    keys = {story.key: story.key_at(as_of) for story in company.stories}
    epics = {key: epic.key for epic in company.epics for key in epic.stories}
    return {
        keys[story.key]: (epics.get(story.key), keys.get(story.learned_from or ""))
        for story in company.stories
        if story.created_at <= as_of
    }


def _others(company: Company, as_of: datetime) -> set[str]:
    """Titles of the tickets that are there and are no stories."""
    found = {one.title for one in company.epics if one.created_at <= as_of}
    found |= {one.title for one in company.subtasks if one.created_at <= as_of}
    return found | {one.title for one in company.incidents if one.told_in == "tracker" and one.opened_at <= as_of}


@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.heavy)])
def test_every_milestone_of_every_story_is_recovered_night_after_night(seed, settings, tmp_path):
    company = simulate(Scale.small(), seed)
    life = company.ends_at - company.begins_at
    # Two nights in the middle of its life, and one when all is over: what changed between is what is collected.
    seen: set[str] = set()
    for as_of in (company.begins_at + life / 3, company.begins_at + life * 2 / 3, company.ends_at + life):
        night(settings, company, as_of, tmp_path, "fct_stories", "fct_changes", "fct_story_status_intervals")
        told = named_rows(settings, "select * from marts.fct_stories where not is_deleted")
        marts = {row["story_key"]: row for row in told if row["is_measured"]}
        there = {one.key for one in company.mistakes if one.created_at <= as_of < one.deleted_at}
        seen |= there
        given_up = {truth.story_key for truth in abandoned_truths(company.abandoned, as_of)}
        assert marts.keys() == {truth.story_key for truth in story_truths(company, as_of)} | there | given_up
        assert {row["title"] for row in told if not row["is_measured"]} == _others(company, as_of)
        assert _told(company, as_of, marts) == []
        relations = {key: (row["parent_key"], row["origin_story_key"]) for key, row in marts.items()}
        assert {key: relations[key] for key in relations.keys() - there - given_up} == _hangs_together(company, as_of)
        visits = (
            "select visits.story_key, visits.status, visits.entered_at from marts.fct_story_status_intervals as visits "
            "inner join marts.fct_stories as stories using (story_key) where stories.is_measured order by all"
        )
        assert [row for row in rows(settings, visits) if row[0] not in seen] == _visits(company, as_of)
        # Bots, hotfixes in haste, and titles that only seem to name a ticket.
        titles = {merge_sha(pull): pull.title for pull in company.strays}
        alone = sorted(titles[sha] for sha in link_truth(company, as_of).alone)
        assert rows(settings, "select title from marts.fct_changes where len(story_keys) = 0 order by 1") == [
            (title,) for title in alone
        ]
    assert seen
    gone = rows(settings, "select story_key from marts.fct_stories where is_deleted order by 1")
    assert gone == [(key,) for key in sorted(seen)]

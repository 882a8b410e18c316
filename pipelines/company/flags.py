"""How a feature is let out: our own people, then a share of the users that grows, pauses, or falls back."""

from datetime import datetime, timedelta
from enum import StrEnum

from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import Flag, FlagStep, Person

PRODUCTION = "production"
_SHARES = (1.0, 10.0, 50.0, 100.0)
_HOLDBACK = 95.0
_HOLDBACK_DAYS = 38


class Course(StrEnum):
    """What becomes of a rollout."""

    PLAIN = "plain"
    PAUSED = "paused"
    HELD_BACK = "held back"
    ROLLED_BACK = "rolled back"
    RAISED_AGAIN = "raised again"
    ELSEWHERE = "at 100 % in the wrong environment"


# Of every sixteen flags. Dealt, not drawn, so that a company of the demo's size holds each course often enough.
_DECK = (
    *(Course.PLAIN,) * 7, *(Course.HELD_BACK,) * 4, *(Course.PAUSED,) * 2,
    Course.ROLLED_BACK, Course.RAISED_AGAIN, Course.ELSEWHERE,
)  # fmt: skip


def course_of(dice: Dice, number: int) -> Course:
    """Return the course of the flag that is dealt its card as so many before it were: one more changes none of them."""
    deck, place = divmod(number, len(_DECK))
    part = dice.of("courses", deck)
    return sorted(enumerate(_DECK), key=lambda card: part.of(card[0]).unit())[place][1]


def rollout(dice: Dice, story: str, course: Course, owner: Person, shipped_at: datetime) -> Flag:
    """Return a flag whose code was shipped at a moment, with every step of its rollout.

    A holdback keeps 5 % of the users without the feature for 38 days after all others have it.
    """
    environment = "staging" if course is Course.ELSEWHERE else PRODUCTION
    at = working_after(owner, shipped_at, dice.spread(1))
    steps = [FlagStep(at, environment, 0.0, is_internal=True)]
    for share in _SHARES:
        at = working_after(owner, at, dice.spread(5, 0.6))
        if course is Course.PAUSED and share == 50.0:
            at = working_after(owner, at + timedelta(days=dice.whole(6, 15)), 1)
        is_held = course is Course.HELD_BACK and share == 100.0
        steps.append(FlagStep(at, environment, _HOLDBACK if is_held else share))
        if course in (Course.ROLLED_BACK, Course.RAISED_AGAIN) and share == 50.0:
            steps += _fallen(dice, course, owner, at)
            break
    if course is Course.HELD_BACK:
        steps.append(FlagStep(at + timedelta(days=_HOLDBACK_DAYS), environment, 100.0))
    return Flag(story.lower(), story, tuple(steps), course is Course.HELD_BACK)


def _fallen(dice: Dice, course: Course, owner: Person, at: datetime) -> list[FlagStep]:
    at += timedelta(minutes=dice.whole(20, 400))
    steps = [FlagStep(at, PRODUCTION, 0.0)]
    if course is Course.RAISED_AGAIN:
        for share in _SHARES[1:]:
            at = working_after(owner, at, dice.spread(10, 0.6))
            steps.append(FlagStep(at, PRODUCTION, share))
    return steps

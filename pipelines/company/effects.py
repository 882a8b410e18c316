"""What each feature truly does to the users who get it: mostly nothing, and for each kind of effect some that do it.

Which users it does it to is drawn for each of them under both arms, so what would have been is known too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipelines.company.dice import Dice
from pipelines.company.facts import Story


class Kind(StrEnum):
    """What a feature does."""

    NOTHING = "nothing"
    BRINGS_BACK = "brings back"
    DRIVES_AWAY = "drives away"
    SELLS = "sells"
    PUTS_OFF = "puts off"
    ENGAGES = "engages"
    UNUSED = "nobody uses it"


# Of every eleven flags with a holdback, and of every eleven without, so that each kind has some that can be measured.
_DECK = (
    Kind.NOTHING, Kind.BRINGS_BACK, Kind.NOTHING, Kind.DRIVES_AWAY, Kind.ENGAGES, Kind.SELLS,
    Kind.NOTHING, Kind.PUTS_OFF, Kind.UNUSED, Kind.NOTHING, Kind.BRINGS_BACK,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """What the feature of a story does to who gets it, when they first do. Shares are 0 to 1.

    Attributes:
        reach: of the visits, those that come by where the feature can be seen.
        adoption: of those who got it, the ones who ever use it, if they are about as active as most.
        brings_back: of all, those who come again once within a week for it alone.
        drives_away: of all, those who stay away for a week because of it.
        sells: of all, those who buy at once because of it.
        puts_off: of all, those who buy nothing for a week because of it.
        extra_events: more events, on average, of each visit that comes by.
    """

    story: str
    kind: Kind
    reach: float
    adoption: float
    brings_back: float = 0.0
    drives_away: float = 0.0
    sells: float = 0.0
    puts_off: float = 0.0
    extra_events: float = 0.0


def effects_of(dice: Dice, stories: Iterable[Story]) -> Iterator[Effect]:
    """Yield the effect of each story that has a feature, in the stories' order: one more changes none before it."""
    numbers = {True: 0, False: 0}
    for story in stories:
        part = dice.of(story.key)
        if story.flag is None:
            if story.type == "Story":
                yield Effect(story.key, Kind.NOTHING, 0.1 + 0.15 * part.unit(), 0.1 + 0.3 * part.unit())
            continue
        held = story.flag.has_holdback
        yield _effect(part, story.key, _DECK[numbers[held] % len(_DECK)], is_held=held)
        numbers[held] += 1


def _effect(dice: Dice, story: str, kind: Kind, *, is_held: bool) -> Effect:
    # A feature that is held back is one that people care about, and many come by.
    reach = (0.5 if is_held else 0.1) + 0.2 * dice.unit()
    adoption = 0.0 if kind is Kind.UNUSED else 0.2 + 0.25 * dice.unit()
    size = dice.unit()
    return Effect(
        story, kind, reach, adoption,
        brings_back=0.2 + 0.25 * size if kind is Kind.BRINGS_BACK else 0.0,
        drives_away=0.2 + 0.25 * size if kind is Kind.DRIVES_AWAY else 0.0,
        sells=0.06 + 0.08 * size if kind is Kind.SELLS else 0.0,
        puts_off=0.4 + 0.4 * size if kind is Kind.PUTS_OFF else 0.0,
        extra_events=1.0 + size if kind is Kind.ENGAGES else 0.0,
    )  # fmt: skip

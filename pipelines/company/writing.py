"""How users write: in several languages, with slips, asides, smileys, addresses, and now and then to do harm."""

from pipelines.company.dice import Dice
from pipelines.company.topics import ASIDES, GREETINGS, HOSTILE, PARTINGS, TOPICS, Topic

_FOREIGN, _SLIP, _ASIDE, _HOSTILE = 0.18, 0.2, 0.12, 0.02
_SHOUTS = 0.04


def written(dice: Dice, topic: Topic, requester: str) -> tuple[str, str]:
    """Return the subject and the text of a ticket about a topic."""
    subject, text = dice.pick(topic.foreign if dice.chance(_FOREIGN) else topic.texts)
    return _said(dice, subject), _letter(dice, text, requester)


def wished(dice: Dice, topic: Topic, ways: tuple[str, ...], requester: str) -> tuple[str, str]:
    """Return the subject and the text of a ticket that holds a wish, said in one of several ways."""
    subject = dice.pick(("A wish", "Feature request", "Suggestion", topic.thing or topic.key, "Idea 💡"))
    return subject, _letter(
        dice, f"{dice.pick(('I use it daily.', 'Nice!', 'We like it.', ''))} {dice.pick(ways)}", requester
    )


def wrong_tag(dice: Dice, topic: Topic) -> str:
    """Return the tag of another topic, as one in a hurry picks it."""
    return dice.pick([other.key for other in TOPICS if other is not topic])


def _letter(dice: Dice, text: str, requester: str) -> str:
    parts = [dice.pick(GREETINGS), _said(dice, text.strip())]
    parts += [dice.pick(ASIDES)] if dice.chance(_ASIDE) else []
    parts += [dice.pick(HOSTILE)] if dice.chance(_HOSTILE) else []
    parts.append(dice.pick(PARTINGS).format(mail=f"{requester}@customer{dice.whole(1, 40)}.example"))
    return "\n".join(part for part in parts if part)


def _said(dice: Dice, text: str) -> str:
    """Return a text with what a hand in a hurry makes of it."""
    if dice.chance(_SHOUTS):
        text = text.upper()
    if dice.chance(_SLIP) and len(text) > 8:
        place = dice.whole(1, len(text) - 3)
        # Two letters change places, or one is missing.
        swapped = text[place + 1] + text[place] if dice.chance(0.5) else text[place]
        text = text[:place] + swapped + text[place + 2 :]
    return text

"""A sentence's facts put into their places."""

import re
from collections.abc import Iterable, Mapping

from pipelines.summaries.facts import Fact

PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def placeholders(sentence: str) -> list[str]:
    """Return the facts that a sentence calls, in its order."""
    return PLACEHOLDER.findall(sentence)


def by_id(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Return facts by their ids."""
    return {fact.id: fact for fact in facts}


def rendered(sentence: str, facts: Mapping[str, Fact]) -> str:
    """Return a sentence as it is printed; what a fact's text holds is never read as a place again.

    Raises:
        KeyError: it calls a fact that there is not.
    """
    return PLACEHOLDER.sub(lambda place: facts[place[1]].text, sentence)

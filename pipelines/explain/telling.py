"""Finds what a key names and tells of it, line by line."""

from collections.abc import Iterator
from difflib import get_close_matches

from pipelines.explain.line import told_line
from pipelines.explain.parts import told_parts
from pipelines.explain.plain import plain
from pipelines.explain.reading import Marts
from pipelines.explain.things import told_thing
from pipelines.settings import Settings
from warehouse.connection import reader
from warehouse.serving import resolve


class UnknownKeyError(LookupError):
    """Nothing that is published has this key. The message says which keys are close."""


def explain(settings: Settings, key: str) -> Iterator[str]:
    """Yield the lines that explain a story, or else a pull request, deployment, incident or flag.

    Raises:
        UnknownKeyError: nothing has this key.
        WarehouseError: nothing is published yet.
    """
    with reader(resolve(settings)) as connection:
        marts = Marts(connection)
        for line in _lines(marts, key, settings.flags.first_users_percentage):
            yield plain(line)


def _lines(marts: Marts, key: str, first_users: float) -> Iterator[str]:
    story = marts.one("fct_stories", "story_key", key)
    thing = told_thing(marts, key, is_exact=story is not None)
    if story is not None:
        changes = marts.changes(story["story_key"])
        yield from told_line(marts, story, changes, first_users)
        yield from told_parts(marts, story, changes)
    if story is None and thing is None:
        known = marts.known_keys()
        close = get_close_matches(key.upper(), [name.upper() for name in known], n=3)
        names = [name for name in known if name.upper() in close]
        hint = f"did you mean {', '.join(names)}?" if names else f"{len(known):,} keys are known"
        raise UnknownKeyError(plain(f"nothing is called {key!r}; {hint}"))
    yield from thing or ()

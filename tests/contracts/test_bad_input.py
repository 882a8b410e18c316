"""Whatever a vendor puts where a text, a number or a time is due: mapped, or in quarantine with a reason.

On every source that the registry finds, with the records of its own fixtures: nothing breaks the walk, nothing is lost.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pipelines.events.envelope import MappingError
from pipelines.events.ids import canonical_json
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.base import RawRecord, Source
from tests.contracts.test_source import AS_OF, PEOPLE_KEY, every_source, records_of
from warehouse import event_log
from warehouse.people import KeyedPseudonyms
from warehouse.store import open_log

HOSTILE: dict[str, Any] = {
    "a word that nobody knows": "Wombat-9",
    "an empty text": "",
    "a number": 12,
    "a number beyond all bounds": 10**30,
    "a number as a text": "12",
    "a fraction": -0.5,
    "true": True,
    "an object": {"id": "7", "nodes": None},
    "a list": [None, "x", {"y": 1}],
    "a date without a zone": "2026-01-02 03:04:05",
    "a date that is none": "2026-13-45T25:61:61Z",
    "the year 9999": "9999-12-31T23:59:59-12:00",
    "emoji": "🎉👩‍👩‍👧",
    "right to left and zero width": "\u202eabc\u202c\u200b\u2066\ufeff",
    "a null character": "a\x00b",
    "half of a pair": "a\ud800b",
    "markup": "<script>{{7*7}}</script> @everyone ![x](https://evil.example/x.png) ' or 1=1 --",
}
LONG = "Żółć " * 1_000_000


def paths(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place of a body that holds something, list by list alike: an item's place is that of its list."""
    yield at
    if isinstance(value, dict):
        for name, part in value.items():
            yield from paths(part, (*at, str(name)))
    elif isinstance(value, list):
        for part in value:
            yield from paths(part, (*at, "[]"))


def put(value: Any, at: tuple[str, ...], hostile: Any) -> Any:
    """Return the body with something else in one place."""
    if not at:
        return hostile
    if isinstance(value, dict):
        return {name: put(part, at[1:], hostile) if str(name) == at[0] else part for name, part in value.items()}
    return [put(part, at[1:], hostile) for part in value] if isinstance(value, list) and at[0] == "[]" else value


def places(source: Source) -> list[tuple[RawRecord, tuple[str, ...]]]:
    """Each place of each stream once, with a record that has it."""
    found: dict[tuple[str, tuple[str, ...]], RawRecord] = {}
    for record in records_of(source):
        for at in paths(record.body):
            found.setdefault((record.stream, at), record)
    return [(record, at) for (_, at), record in found.items() if at]


@every_source
@pytest.mark.parametrize("kind", HOSTILE)
def test_anything_anywhere_is_mapped_or_refused_with_a_reason(source: Source, kind: str) -> None:
    projection, people = CatalogProjection(source), KeyedPseudonyms(PEOPLE_KEY)
    broken = []
    for record, at in places(source):
        told = replace(record, body=put(record.body, at, HOSTILE[kind]))
        where = f"{record.stream}: {'.'.join(at)}"
        try:
            kept = source.pseudonymise(told, people)
            events = projection.project(kept.instance, kept.stream, kept.record_key, kept.body)
            canonical_json([event.payload for event in events])
        except MappingError as error:
            if not str(error).strip():
                broken.append(f"{where}: no reason")
        # What else it raises is what is looked for.
        except Exception as error:  # noqa: BLE001
            broken.append(f"{where}: {type(error).__name__}: {error}"[:200])
    assert broken == []


@every_source
def test_a_text_of_megabytes_is_kept_whole_or_goes_to_quarantine(source: Source, settings: Settings) -> None:
    records = records_of(source)
    record = next(one for one in records if isinstance(one.body, dict))
    texts = [at for at in paths(record.body) if len(at) == 1 and isinstance(record.body[at[0]], str)]
    body = {**record.body, "added_by_the_vendor": LONG, **{at[0]: record.body[at[0]] for at in texts}}
    with open_log(settings, command="test", since=AS_OF) as connection:
        done = event_log.append(
            connection, CatalogProjection(source), [replace(record, body=body)], observed_at=AS_OF, run=None
        )
        kept = connection.execute("select max(length(body)) from log.raw_records").fetchall()
    assert done.records_seen == 1
    assert kept[0][0] > len(LONG)

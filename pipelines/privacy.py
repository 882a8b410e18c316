"""Nobody is named in the log: people become keys in every record, good or bad, before it is appended."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.events.ids import canonical_json
from pipelines.events.records import BadRecord, RawRecord
from pipelines.sources.base import EMAIL, Source
from warehouse.event_log import UNMAPPABLE
from warehouse.people import KeyedPseudonyms

# Of a text that is no JSON nobody can tell the people; so much of it is kept, to find the place again.
_KEPT_CHARACTERS = 40


def pseudonymised(
    source: Source, walk: Iterable[RawRecord | BadRecord], people: KeyedPseudonyms
) -> Iterator[RawRecord | BadRecord]:
    """Yield the records with each person field replaced by its key, and what cannot be read so as a bad record."""
    for record in walk:
        if isinstance(record, BadRecord):
            yield replace(record, text=_without_people(source, record, people))
            continue
        try:
            yield source.pseudonymise(record, people)
        except UNMAPPABLE as error:
            # Its people cannot be told apart from the rest, so none of it may be kept.
            reason = f"its person fields cannot be read: {error}"
            yield BadRecord(record.instance, record.stream, record.record_key, reason, text="")


def _without_people(source: Source, record: BadRecord, people: KeyedPseudonyms) -> str:
    """Return a bad record's text with its people replaced as in a good one, or a few characters where it is no JSON."""
    try:
        read = RawRecord(record.instance, record.stream, record.record_key, json.loads(record.text))
        return canonical_json(source.pseudonymise(read, people).body)
    except UNMAPPABLE:
        text = EMAIL.sub(lambda found: people.key(source.name, "email", found.group()), record.text)
        return text[:_KEPT_CHARACTERS]

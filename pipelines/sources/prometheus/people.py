"""Labels are of machines, but somebody's address can be in one: it becomes a key before anything is kept."""

from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, Pseudonyms, RawRecord


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with each e-mail address in a label's value, or in the record's key, replaced by a key."""

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            return EMAIL.sub(lambda found: people.key("prometheus", "email", found[0].lower()), value)
        if isinstance(value, dict):
            return {name: hidden(part) for name, part in value.items()}
        return value

    body = record.body
    if not isinstance(body, dict) or not isinstance(body.get("metric"), dict):
        return record
    return replace(record, record_key=hidden(record.record_key), body={**body, "metric": hidden(body["metric"])})

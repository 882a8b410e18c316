"""Deterministic identity: the same fact gets the same id, whichever way and however often it arrives."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """Render JSON with sorted keys and no spare space, so that equal content has equal text."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair is no character: no database could keep it.
    return text.encode("utf-8", "replace").decode("utf-8")


def content_hash(body: Any) -> str:
    """Return the SHA-256 (hex, 64 characters) of a record's canonical JSON."""
    return hashlib.sha256(canonical_json(body).encode("utf-8")).hexdigest()


def event_id(source: str, instance: str, record: str, event_type: str, occurrence: str) -> str:
    """Return the id of an event: 32 hex characters.

    Args:
        source: vendor name, as its folder is called.
        instance: the vendor's site or host, as `forge.example`.
        record: the thing that the fact is about, as `acme/shop#12`. It names the thing and not the stream,
            so that a fact seen in two streams (a timeline and a list of events) is one event.
        event_type: as `change.merged`.
        occurrence: what makes this occurrence unique on that thing: a vendor's row id, or a time.
    """
    parts = canonical_json([source, instance, record, event_type, occurrence])
    return hashlib.sha256(parts.encode("utf-8")).hexdigest()[:32]

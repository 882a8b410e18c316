"""What arrives before it is an event: a vendor's record, or something that is not even that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# The recording does not tell which site it is of: the one whose records the log holds, when it is one.
UNKNOWN_INSTANCE = ""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What a vendor said about one thing, once.

    Attributes:
        instance: the vendor's site or host, as `forge.example`.
        stream: name of a stream that the source declares.
        record_key: identity of the thing within (source, instance, stream), as `acme/shop#12`.
        body: the vendor's JSON, word for word but for pseudonymised person fields.
        vendor_version_at: the vendor's own time of this version (aware UTC), None where it tells none.
        is_bare_deletion: it says only that the ticket whose key is `record_key` is gone; its body, an object, takes the
            `last_updated_at` of the version that the log knew.
    """

    instance: str
    stream: str
    record_key: str
    body: Any
    vendor_version_at: datetime | None = None
    is_bare_deletion: bool = False


@dataclass(frozen=True, slots=True)
class BadRecord:
    """Something in a recording or a response that is not even a record: kept in quarantine as it is."""

    instance: str
    stream: str
    record_key: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the private key-to-person table; never leaves it.

    Attributes:
        person_key: `p_` and 16 hex characters.
        source: vendor name.
        kind: what `identity` is: `login`, `account_id`, `email`, `name`.
        identity: the vendor's own word for the person.
    """

    person_key: str
    source: str
    kind: str
    identity: str

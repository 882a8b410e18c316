"""Product events: the one family that grows without bound, so they lie in Parquet segments and not in the log's tables.

The columns of a segment, what a vendor downloaded, and how its lines are read. Knows no vendor and no file format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.events.records import RawRecord

EXPORTS = "exports"
HOUR_NAME = "%Y-%m-%dT%H"


@dataclass(frozen=True, slots=True)
class UsageColumn:
    """A column of a segment.

    Attributes:
        type: as DuckDB names it; Parquet and Spark have each of them.
        meaning: what it says, units included.
    """

    name: str
    type: str
    meaning: str


USAGE_COLUMNS: tuple[UsageColumn, ...] = (
    UsageColumn("source", "VARCHAR", "Vendor that told the event."),
    UsageColumn("instance", "VARCHAR", "The vendor's project or site."),
    UsageColumn(
        "upload_hour", "TIMESTAMPTZ", "Hour under which the vendor files it; a later export replaces it whole."
    ),
    UsageColumn("insert_id", "VARCHAR", "What makes the event unique: two deliveries of one event have the same."),
    UsageColumn("event_type", "VARCHAR", "The product's own name of what was done."),
    UsageColumn("person_key", "VARCHAR", "Keyed hash of the signed-in user; null before a sign-in."),
    UsageColumn("device_key", "VARCHAR", "Keyed hash of the device; rows that hold both keys tie it to a person."),
    UsageColumn("vendor_person_key", "VARCHAR", "Keyed hash of whom the vendor took it for, its own merges included."),
    UsageColumn("session_id", "BIGINT", "Start of the session in milliseconds since 1970; null outside of one."),
    UsageColumn("occurred_at", "TIMESTAMPTZ", "When it was done, by the client's clock as the vendor corrected it."),
    UsageColumn("uploaded_at", "TIMESTAMPTZ", "When the vendor had it."),
    UsageColumn("platform", "VARCHAR", "Where the product ran."),
    UsageColumn("country", "VARCHAR", "Country by the vendor's own look-up; nothing finer is kept."),
    UsageColumn("version", "VARCHAR", "Version of the product."),
    UsageColumn("plan", "VARCHAR", "What the user pays for, as told at that moment."),
    UsageColumn("revenue", "DOUBLE", "Of a purchase, in the product's own currency."),
    UsageColumn("is_internal", "BOOLEAN", "Done by one of our own people."),
    UsageColumn("is_exposure", "BOOLEAN", "It tells that the user met a flag."),
    UsageColumn("flag_key", "VARCHAR", "The flag that was met."),
    UsageColumn("variant", "VARCHAR", "What the flag served."),
    UsageColumn("properties", "VARCHAR", "JSON object of the event's allowed properties; null for none."),
    UsageColumn("user_properties", "VARCHAR", "JSON object of the user's allowed properties; null for none."),
)


@dataclass(frozen=True, slots=True)
class UsageIdentity:
    """A column that names somebody.

    Attributes:
        kind: what the identity is, as `user_id`; two kinds never have the same key.
        when: SQL condition; only where it holds the value names somebody, None for always.
    """

    kind: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class UsageReader:
    """How one source's NDJSON lines become rows.

    Attributes:
        source: vendor name.
        version: raised when the same line would give another row.
        fields: of a line, and the DuckDB type that each is read as.
        parsed: SQL over `fields` for what several columns are made of.
        columns: SQL over `fields` and `parsed` for each column of a segment but `source`, `instance` and `upload_hour`,
            which may be used in it too. Those in `people` still name people.
        cleaned: SQL over the columns for those that need a second look.
        people: hashed before any row is kept.
        refusals: a reason and SQL over the columns, in order: the first that holds sends the line to quarantine.
    """

    source: str
    version: int
    fields: Mapping[str, str]
    parsed: Mapping[str, str]
    columns: Mapping[str, str]
    cleaned: Mapping[str, str]
    people: Mapping[str, UsageIdentity]
    refusals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class UsageHour:
    """What a vendor files under one hour of upload, as it was downloaded.

    Attributes:
        hour: its begin (aware UTC).
        files: NDJSON, each packed by gzip; their names begin with the hour (`HOUR_NAME`), so that a reader of many
            files at once can tell which a row is of.
        digest: of their content: an hour with the same one has nothing new.
        record: what the log keeps of it; the counts of its rows are added when it is read.
    """

    instance: str
    hour: datetime
    files: tuple[Path, ...]
    digest: str
    record: RawRecord


@dataclass(frozen=True, slots=True)
class UsagePart:
    """Hours that are taken in together, of one instance.

    Attributes:
        settled_until: whole days before this moment will not be asked for again, so each becomes one segment.
        is_replay: a recording, which may be older than what the log holds: an hour only grows, so one with fewer
            rows than are known is not taken.
    """

    instance: str
    hours: tuple[UsageHour, ...] = field(default=())
    settled_until: datetime | None = None
    is_replay: bool = False

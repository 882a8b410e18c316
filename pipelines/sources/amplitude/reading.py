"""How a line of an Amplitude export becomes a row: each column as SQL over the line's fields. Vendor words stop here.

Whatever is not named here is never read, so it cannot be kept: addresses, cities, coordinates, advertising ids.
"""

import json
from collections.abc import Iterable, Sequence

from pipelines.events.usage import UsageIdentity, UsageReader
from pipelines.sources.amplitude.connection import INSERT_PREFIX, Kept

# Raised when the same line would give another row.
_VERSION = 1
_FLAG_KEYS = (
    "flag_key", "[Experiment] Flag Key", "$feature_flag", "feature_flag.key", "flagKey", "feature_flag", "flag",
)  # fmt: skip
_VARIANTS = (
    "variant", "[Experiment] Variant", "$feature_flag_response", "feature_flag.result.variant", "feature_flag.variant",
    "variation", "value",
)  # fmt: skip
_FIELDS = {
    "$insert_id": "VARCHAR",
    "uuid": "VARCHAR",
    "event_type": "VARCHAR",
    "user_id": "VARCHAR",
    "device_id": "VARCHAR",
    "amplitude_id": "VARCHAR",
    "session_id": "VARCHAR",
    "event_time": "VARCHAR",
    "server_upload_time": "VARCHAR",
    "platform": "VARCHAR",
    "country": "VARCHAR",
    "version_name": "VARCHAR",
    "event_properties": "JSON",
    "user_properties": "JSON",
}
_EVENT, _USER = "event_told", "user_told"
_MONEY = ("$revenue", "$price", "$quantity")
_TRAITS = ("plan", "email", "$email")
_TRUE = ("true", '"true"', '"True"', "1", '"1"', '"yes"')
_ADDRESS = r"[\w.%+-]+@[\w-]+(\.[\w-]+)+"
_PEOPLE = {
    "person_key": UsageIdentity("user_id"),
    "device_key": UsageIdentity("device_id"),
    "vendor_person_key": UsageIdentity("amplitude_id"),
    # Some senders make it of the user's own id.
    "insert_id": UsageIdentity(
        "insert_id",
        "contains(insert_id, '@') or contains(insert_id, person_key) or contains(insert_id, device_key)",
    ),
}
_REFUSALS = (
    ("it has neither $insert_id nor uuid", "insert_id is null"),
    ("it has no event_type", "event_type is null"),
    ("it has no event_time that can be read", "occurred_at is null"),
    (
        "its event_time cannot be right: before 2000, or days after its upload",
        "occurred_at < timestamptz '2000-01-01 00:00:00+00' or occurred_at > upload_hour + interval 2 days",
    ),
)


def usage_reader(kept: Kept) -> UsageReader:
    """Return the reader that these settings ask for."""
    return UsageReader(
        source="amplitude",
        version=_VERSION,
        fields=_FIELDS,
        parsed={
            # Each object is parsed once, and everything that is wanted of it is looked up then.
            _EVENT: _extracted("event_properties", [*_MONEY, *kept.properties]),
            _USER: _extracted("user_properties", [*_TRAITS, *kept.internal_properties, *kept.user_properties]),
        },
        columns=_columns(kept),
        cleaned={
            "revenue": "case when isfinite(revenue) then revenue end",
            **{name: _without_addresses(name) for name in ("event_type", "properties", "user_properties")},
        },
        people=_PEOPLE,
        refusals=_REFUSALS,
    )


def _columns(kept: Kept) -> dict[str, str]:
    exposure = f"event_type in ({_texts(kept.exposure_events)})"
    money = [f"try_cast({_scalar(_told(_EVENT, _MONEY, name))} as double)" for name in _MONEY]
    return {
        "insert_id": """coalesce(nullif("$insert_id", ''), nullif(uuid, ''))""",
        "event_type": "nullif(event_type, '')",
        "person_key": "nullif(user_id, '')",
        "device_key": "nullif(device_id, '')",
        "vendor_person_key": "nullif(amplitude_id, '')",
        # -1 stands for an event outside of any session.
        "session_id": "nullif(try_cast(session_id as bigint), -1)",
        "occurred_at": _moment("event_time"),
        "uploaded_at": f"coalesce({_moment('server_upload_time')}, upload_hour)",
        "platform": "nullif(platform, '')",
        "country": "nullif(country, '')",
        "version": "nullif(version_name, '')",
        "plan": _scalar(_told(_USER, _TRAITS, "plan")),
        "revenue": f"coalesce({money[0]}, {money[1]} * coalesce({money[2]}, 1))",
        "is_internal": _is_internal(kept),
        "is_exposure": f"coalesce({exposure}, false)",
        "flag_key": f"case when {exposure} then {_first('event_properties', _FLAG_KEYS)} end",
        "variant": f"case when {exposure} then {_first('event_properties', _VARIANTS)} end",
        "properties": _allowed("event_properties", _EVENT, len(_MONEY), kept.properties),
        "user_properties": _allowed(
            "user_properties", _USER, len(_TRAITS) + len(kept.internal_properties), kept.user_properties
        ),
    }


def _moment(field: str) -> str:
    """Read a time; one without a zone is UTC, as the vendor says."""
    return f"try_cast({field} as timestamptz)"


def _extracted(field: str, names: Sequence[str]) -> str:
    return f"json_extract({field}, [{', '.join(_text(_pointer(name)) for name in names)}])"


def _told(parsed: str, names: Sequence[str], name: str) -> str:
    return f"{parsed}[{names.index(name) + 1}]"


def _scalar(sql: str) -> str:
    """Read a JSON value as text; most events do not have it."""
    return f"case when {sql} is not null then json_extract_string({sql}, '$') end"


def _allowed(field: str, parsed: str, before: int, names: Sequence[str]) -> str:
    """Return the object of these names alone, those that the event has; null for none. `*` leaves all of it."""
    if "*" in names:
        return f"case when json_type({field}) = 'OBJECT' then nullif({field}::varchar, '{{}}') end"
    pairs = [
        f"{_text(json.dumps(name, ensure_ascii=False) + ':')} || {parsed}[{before + place}]::varchar"
        for place, name in enumerate(names, 1)
    ]
    return f"nullif('{{' || concat_ws(',', {', '.join(pairs)}) || '}}', '{{}}')" if pairs else "null::varchar"


def _without_addresses(column: str) -> str:
    return (
        f"case when contains({column}, '@') then regexp_replace({column}, {_text(_ADDRESS)}, '[email]', 'g')"
        f" else {column} end"
    )


def _is_internal(kept: Kept) -> str:
    first = len(_TRAITS) + 1
    said = f"{_USER}[{first}:{len(_TRAITS) + len(kept.internal_properties)}]"
    tests = [f"coalesce(list_has_any({said}, [{_texts(_TRUE)}]::json[]), false)"] if kept.internal_properties else []
    addresses = ["user_id", *(_scalar(_told(_USER, _TRAITS, name)) for name in ("email", "$email"))]
    # What we told it ourselves comes back, and was done by nobody.
    tests.append(f"""coalesce(starts_with("$insert_id", {_text(INSERT_PREFIX)}), false)""")
    tests += [
        f"coalesce(ends_with(lower(trim({who})), {_text('@' + domain.lower().lstrip('@'))}), false)"
        for domain in kept.internal_domains
        for who in addresses
    ]
    return " or ".join(tests)


def _first(field: str, names: Iterable[str]) -> str:
    """Read the first of these names that the object has, as text."""
    told = [f"json_extract_string({field}, {_text(_pointer(name))})" for name in names]
    return told[0] if len(told) == 1 else f"coalesce({', '.join(told)})"


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _texts(values: Iterable[str]) -> str:
    return ", ".join(_text(value) for value in values) or "null"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

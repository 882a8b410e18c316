"""A time zone of the settings."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def _known(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{name!r} is no IANA time zone, as Europe/Berlin") from None
    return name


# An IANA name that this machine knows.
TimeZone = Annotated[str, AfterValidator(_known)]

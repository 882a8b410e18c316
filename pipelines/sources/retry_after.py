"""How long an answer asks to wait by `Retry-After`: seconds, or a date by the vendor's own clock."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from pipelines.sources.answers import Answer


def told_seconds(answer: Answer) -> float | None:
    """Return the wait in seconds, None where the answer tells none that can be read."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    # By the vendor's own clock: ours may be wrong.
    return None if answer.date is None else max((at.astimezone(UTC) - answer.date).total_seconds(), 0)

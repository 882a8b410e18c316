"""Seconds in words, as a person says them."""

_UNITS = (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0))


def in_words(seconds: float | None) -> str:
    """Return `3.2 d`, `5.0 h`, `30 min` or `12 s`; `unknown` for None."""
    if seconds is None:
        return "unknown"
    sign, size = ("-", -seconds) if seconds < 0 else ("", seconds)
    for unit, length in _UNITS:
        if size >= length:
            return f"{sign}{size / length:.0f} {unit}" if unit == "min" else f"{sign}{size / length:.1f} {unit}"
    return f"{sign}{size:.0f} s"

"""A language as a comment speaks it: its phrases (`<locale>.toml`), and numbers, days and durations in its own form."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True)
class Language:
    """Phrases by section and name.

    Attributes:
        locale: as `en`.
        phrases: as the file has them.
    """

    locale: str
    phrases: Mapping[str, Any]

    def say(self, section: str, name: str) -> str:
        """Return a phrase as it is written; names with a dot lie one table deeper.

        Raises:
            KeyError: there is none of that name.
        """
        found: Any = self.phrases[section]
        for part in name.split("."):
            found = found[part]
        assert isinstance(found, str)
        return found

    def has(self, section: str, name: str) -> bool:
        """Tell whether there is such a phrase."""
        found: Any = self.phrases[section]
        for part in name.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return False
            found = found[part]
        return isinstance(found, str)

    def count(self, number: int) -> str:
        """Return a whole number as 10,000."""
        return self._own(f"{number:,}")

    def three(self, value: float) -> str:
        """Return three digits, as 22.2 or 0.104, never in powers of ten."""
        told = f"{value:.3g}"
        return self._own(f"{Decimal(told):f}" if "e" in told else told)

    def percent(self, share: float) -> str:
        """Return a share from 0 to 1 as 23 %."""
        return self.say("figures", "percent").format(self.three(100 * share))

    def times(self, value: float | None) -> str:
        """Return a ratio as 1.08; with a third place where two would hide on which side of 1 it lies."""
        if value is None:
            return self.say("figures", "without_bound")
        two = f"{value:,.2f}"
        return self._own(f"{value:.3f}" if two == "1.00" and value != 1 else two)

    def points(self, difference: float | None) -> str:
        """Return a difference of shares in points, as +2.1."""
        if difference is None:
            return self.say("figures", "without_bound")
        return self._own(f"{100 * difference:+.1f}")

    def whole(self, value: float) -> str:
        """Return a number without places."""
        return self._own(f"{value:,.0f}")

    def day(self, at: datetime, zone: str) -> str:
        """Return the day that it is in a time zone, as 15 Dec 2025."""
        there = at.astimezone(ZoneInfo(zone))
        months = self.phrases["dates"]["months"]
        form = self.say("dates", "day")
        return form.format(day=there.day, month=months[there.month - 1], year=there.year)

    def duration(self, seconds: float) -> str:
        """Return seconds as 45 s, 30 min, 1.0 h or 2.0 d, with a sign where they are negative."""
        size = abs(seconds)
        for limit, unit, name, places in (
            (_MINUTE, 1, "seconds", 0), (_HOUR, _MINUTE, "minutes", 0), (_DAY, _HOUR, "hours", 1)
        ):  # fmt: skip
            if size < limit:
                return self.say("durations", name).format(self._own(f"{seconds / unit:,.{places}f}"))
        return self.say("durations", "days").format(self._own(f"{seconds / _DAY:,.1f}"))

    def days(self, seconds: float) -> str:
        """Return seconds of a day or more as 6.1 days, of less as a duration."""
        if abs(seconds) < _DAY:
            return self.duration(seconds)
        return self.say("durations", "whole_days").format(self._own(f"{seconds / _DAY:,.1f}"))

    def quoted(self, text: str) -> str:
        """Return a text between the language's quotation marks."""
        return f"{self.say('quotes', 'open')}{text}{self.say('quotes', 'close')}"

    def _own(self, number: str) -> str:
        """Turn an English number into the language's."""
        return number.translate(
            {ord("."): self.say("numbers", "decimal"), ord(","): self.say("numbers", "thousands")}
        )  # fmt: skip


def locales() -> list[str]:
    """Return the languages that there are phrases for."""
    return sorted(file.name.removesuffix(".toml") for file in files(__package__).iterdir() if _is_catalog(file.name))


def _is_catalog(name: str) -> bool:
    return name.endswith(".toml") and not name.startswith("vocabulary")


@cache
def language(locale: str) -> Language:
    """Return a language.

    Raises:
        ValueError: there are no phrases for it.
    """
    if locale not in locales():
        raise ValueError(
            f"there are no phrases for locale {locale!r}; [summaries] locale may be {', '.join(locales())}"
        )
    return Language(locale, tomllib.loads(files(__package__).joinpath(f"{locale}.toml").read_text(encoding="utf-8")))

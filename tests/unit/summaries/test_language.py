"""Numbers, days and durations as each language writes them, and catalogs that say the same things."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.summaries.language import language, locales
from pipelines.summaries.numbers import numbers
from pipelines.summaries.rendering import placeholders
from pipelines.summaries.vocabulary import vocabulary

EN, DE = language("en"), language("de")


def flat(told: Any, name: str = "") -> dict[str, Any]:
    if isinstance(told, dict):
        return {path: value for key, part in told.items() for path, value in flat(part, f"{name}.{key}").items()}
    return {name: told}


@pytest.mark.parametrize("locale", locales())
def test_each_language_has_every_phrase_with_the_same_facts(locale: str) -> None:
    own, english = flat(language(locale).phrases), flat(EN.phrases)
    assert own.keys() == english.keys()
    for name, phrase in english.items():
        if isinstance(phrase, str):
            assert sorted(placeholders(own[name])) == sorted(placeholders(phrase)), name
            assert own[name].count("{}") == phrase.count("{}"), name
    assert len(own[".dates.months"]) == 12


@pytest.mark.parametrize("locale", locales())
def test_no_sentence_of_a_claim_holds_a_number_of_its_own(locale: str) -> None:
    for name, phrase in language(locale).phrases["claims"].items():
        assert not any(sign.isnumeric() or sign == "%" for sign in phrase), name
    assert vocabulary(locale).must.keys() == vocabulary("en").must.keys()
    assert flat(vocabulary(locale).answers).keys() == flat(vocabulary("en").answers).keys()


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [(0.23, "23 %", "23 %"), (0.2222, "22.2 %", "22,2 %"), (0.0004567, "0.0457 %", "0,0457 %"), (1e-9, "0.0000001 %",
     "0,0000001 %"), (1, "100 %", "100 %"), (0, "0 %", "0 %")],
)  # fmt: skip
def test_a_share_has_three_digits_and_never_a_power_of_ten(value: float, english: str, german: str) -> None:
    assert (EN.percent(value), DE.percent(value)) == (english, german)


def test_a_ratio_never_hides_on_which_side_of_one_it_lies() -> None:
    assert [EN.times(value) for value in (1.0803, 1.003, 0.998, 1.0, 12_345.6, None)] == [
        "1.08", "1.003", "0.998", "1.00", "12,345.60", "without bound"
    ]  # fmt: skip
    assert (DE.times(12_345.6), DE.points(-0.0213), EN.points(0.05)) == ("12.345,60", "-2,1", "+5.0")
    assert (EN.count(1_234_567), DE.count(1_234_567)) == ("1,234,567", "1.234.567")


def test_durations_are_told_in_the_largest_unit_that_holds_them() -> None:
    told = [EN.duration(seconds) for seconds in (0, 45, 1_800, 3_600, 86_399, 172_800, -7_200)]
    assert told == ["0 s", "45 s", "30 min", "1.0 h", "24.0 h", "2.0 d", "-2.0 h"]
    assert (EN.days(531_000), DE.days(531_000), EN.days(3_600)) == ("6.1 days", "6,1 Tage", "1.0 h")


def test_a_day_is_the_day_where_the_project_lives() -> None:
    at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert (EN.day(at, "UTC"), DE.day(at, "Europe/Berlin")) == ("31 Mar 2026", "1. Apr. 2026")


@pytest.mark.parametrize(
    ("text", "found"),
    [("1.08 times, 95 % CI 1.03 to 1.13", {"1.08", "%", "95", "1.03", "1.13"}), ("n = 7,990", {"7,990"}),
     ("half of them twice", {"half", "twice"}), ("½ and ² and Ⅳ and ٣", {"½", "²", "ⅳ", "٣"}), ("nothing", {"nothing"}),
     ("mehr als die Hälfte", {"mehr", "hälfte"}), ("the feature", set()), ("7.990", {"7.990"})],
)  # fmt: skip
def test_whatever_a_reader_takes_for_a_number_is_one(text: str, found: set[str]) -> None:
    assert set(numbers(text)) == found

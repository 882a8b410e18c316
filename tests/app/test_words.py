"""What the report says in words."""

from datetime import UTC, datetime

import pytest

from app import words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "unknown"), (0, "0 s"), (46, "46 s"), (1800, "30 min"), (3600, "1 h"), (5400, "1.5 h"),
        (18000, "5 h"), (86400, "1.0 d"), (276480, "3.2 d"), (864000 * 2, "20 d"), (-7200, "−2 h"),
        (5.4 * 365.25 * 86400, "5.4 y"),
    ],
)  # fmt: skip
def test_a_duration_is_said_in_the_unit_a_person_would_use(seconds: float | None, said: str) -> None:
    assert words.duration(seconds) == said


def test_the_exact_value_is_kept_for_the_hover() -> None:
    assert words.exact(3 * 86400 + 4 * 3600 + 12 * 60 + 9) == "3 d 4 h 12 min 9 s"


def test_a_day_is_said_the_same_way_everywhere() -> None:
    assert words.date(datetime(2025, 12, 15, tzinfo=UTC)) == "15 Dec 2025"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.0004, "< 0.1 %"), (0.004, "0.4 %"), (0.234, "23 %"), (0.999, "> 99 %"), (1.0, "100 %")],
)
def test_a_share_has_no_false_digits_and_is_all_only_when_it_is_all(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_one_finished_story_is_told_without_a_median() -> None:
    sentence = words.loop_sentence([86400.0 * 3], ("backlog", "production"), None, 0)
    assert sentence == "The only finished story took **3.0 d** from backlog to production (n = 1)."


def test_stories_that_lack_a_milestone_are_not_in_the_count() -> None:
    sentence = words.loop_sentence([3600.0, 7200.0], ("backlog", "production"), None, 2)
    assert sentence.startswith("The last four finished stories took a median **1.5 h**")
    assert "(n = 2, 1 h to 2 h)" in sentence


def test_the_same_figure_as_before_is_no_change() -> None:
    sentence = words.change_sentence(13, datetime(2025, 12, 14, tzinfo=UTC), (7200.0, 5), (7260.0, 4))
    assert sentence.endswith("as in the 13 weeks before (n = 4).")


def test_nothing_before_is_said_and_not_made_up() -> None:
    sentence = words.change_sentence(13, datetime(2025, 12, 14, tzinfo=UTC), (7200.0, 5), (None, 0))
    assert "nothing to compare with" in sentence

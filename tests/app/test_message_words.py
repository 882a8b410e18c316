"""What the page of write-backs says in words and draws, without a page around it."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from app import charts, message_chart, message_words

LAST = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("counts", "mode", "said"),
    [
        ({}, "approve", "**No message** waits for a person; none stands on a ticket, and none failed."),
        ({"pending": 1, "sent": 1}, "approve",
         "**1 message** waits for a person; **1** stands on its ticket, and none failed."),
        ({"pending": 2, "approved": 1, "sending": 1, "failed": 3, "sent": 1200}, "auto",
         "**2 messages** wait for the next night, 2 are approved and not sent yet; **1,200** stand on their tickets, "
         "and **3 failed**."),
        ({"pending": 2}, "dry_run", "**2 messages** wait and none is sent; none stands on a ticket, and none failed."),
    ],
)  # fmt: skip
def test_the_sentence_says_who_is_waited_for(counts: dict[str, int], mode: str, said: str) -> None:
    assert message_words.messages_sentence(counts, mode) == said


def test_what_went_to_no_ticket_is_not_said_to_stand_on_one() -> None:
    said = message_words.messages_sentence({"sent": 3}, "auto", 0, 2)
    assert "**1** stands on its ticket, 2 were sent elsewhere, and none failed." in said
    kinds = ("annotation", "impact", "a_letter")
    assert sorted(kinds, key=message_words.place) == ["impact", "annotation", "a_letter"]
    assert [message_words.is_on_a_ticket(kind) for kind in kinds] == [False, True, True]


def test_what_was_tried_in_vain_is_said_beside_what_is_approved() -> None:
    assert "2 are approved and not sent yet (1 after a try that failed)" in message_words.messages_sentence(
        {"approved": 2}, "approve", 1
    )


@pytest.mark.parametrize(
    ("state", "why", "said"),
    [
        ("pending", "it waits for `storyline writeback --approve 01234567`", "It waits for a person."),
        ("pending", "the mode is dry_run", "The mode is dry_run."),
        ("pending", None, "The next night sends it."),
        ("failed", "it failed", "Failed: no right."),
    ],
)
def test_why_a_message_waits_is_said_in_one_sentence(state: str, why: str | None, said: str) -> None:
    assert message_words.waiting_sentence(state, "no right", why) == said


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (1, "impact", "1 impact comment"),
        (2, "follow_up", "2 follow-up stories"),
        (2, "a_letter", "2 a letter messages"),
    ],
)
def test_a_kind_that_is_not_known_here_is_told_by_its_own_name(number: int, kind: str, said: str) -> None:
    assert message_words.kinds(number, kind) == said


def told(*rows: tuple[str, int]) -> pl.DataFrame:
    """Messages by state, that came to be so a number of days before the last day."""
    end = datetime(2026, 3, 31, 9, tzinfo=UTC)
    return pl.DataFrame([
        {"state": state, "kind": "impact", "changed_at": end - timedelta(days=days)} for state, days in rows
    ])  # fmt: skip


def test_each_state_has_a_row_with_its_count_and_each_week_a_bar() -> None:
    drawn = message_chart.by_week(told(("sent", 0), ("sent", 1), ("sent", 8), ("pending", 0)), LAST, charts.LIGHT)
    data = [row for rows in drawn.to_dict()["datasets"].values() for row in rows]
    assert {row["told"] for row in data if "name_at" in row} == {"▲ waits · 1", "● sent · 3"}
    bars = {
        (row["named"], str(row["week_on"])[:10]): (row["n"], row["foot"] - row["top"]) for row in data if "n" in row
    }
    assert bars == {
        ("sent", "2026-03-30"): (2, 24.0), ("sent", "2026-03-23"): (1, 12.0),
        ("waits", "2026-03-30"): (1, 12.0),
    }  # fmt: skip


def test_what_is_older_than_a_year_is_counted_and_not_drawn() -> None:
    drawn = message_chart.by_week(told(("sent", 900), ("sent", 0)), LAST, charts.LIGHT).to_dict()
    data = [row for rows in drawn["datasets"].values() for row in rows]
    assert sum(row["n"] for row in data if "n" in row) == 1
    assert "● sent · 2" in str(data)

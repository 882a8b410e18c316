"""Texts of strangers stand between quotes and do nothing there."""

import json
import re
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.summaries.document import plain
from pipelines.summaries.lines import Terms
from pipelines.summaries.literal import LONGEST, literal
from pipelines.summaries.numbers import numbers
from pipelines.summaries.template import document
from tests.unit.summaries.told import FOLLOW_UP, STORY, asked, by_lot, pack, tickets, tried

TEXTS = json.loads((Path(__file__).parent / "hostile.json").read_text())["texts"]
# No database holds half of a pair; `literal` is given it all the same.
STORED = [text.encode("utf-8", "replace").decode() for text in TEXTS]
LEADS = re.compile(
    r"[@#<>\[\]{}|*_`~^\\!$=\"„“”«»•\n\r\t]|//|\bwww\.|\w\.[^\W\d]|--|\b(?:javascript|mailto|data|tel):", re.I
)


def assert_harmless(told: str) -> None:
    assert LEADS.findall(told) == []
    assert len(told) <= LONGEST
    assert [sign for sign in told if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}] == []
    assert told == " ".join(told.split())


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:50])
def test_a_hostile_text_names_nobody_leads_nowhere_and_formats_nothing(text: str) -> None:
    assert_harmless(literal(text))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("@#[](){}<>!|*_`~./:-\u200b\u202e\"'")), max_size=200)
)
def test_so_is_any_text(text: str) -> None:
    told = literal(text)
    assert_harmless(told)
    assert literal(told) == told


@pytest.mark.parametrize(
    "part", ["@", "a@", "a.", "[~", "[a](", "<", "a:", "://", "(", "!", "a\u0301", "'", "-a", "\ufdfa"]
)
def test_a_text_that_is_made_to_take_long_takes_no_time(part: str) -> None:
    began = time.process_time()
    assert_harmless(literal(part * 20_000))
    assert time.process_time() - began < 1


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("text", STORED, ids=lambda text: ascii(text)[:50])
def test_around_a_hostile_text_the_comment_is_as_it_is_around_any_other(text: str, locale: str) -> None:
    """Theme, topic, titles and key of a follow-up: no line more, no figure more, nothing outside of the quotes."""

    def told(theme: str, topic: str, **more: Any) -> str:
        stories = [STORY | more, FOLLOW_UP | more]
        rows = [tried(), by_lot(), tickets(topic=topic)]
        return plain(document(pack(rows, Terms(locale=locale), requests=[asked(theme)], stories=stories)))

    hostile, tame = told(text, text, title=text), told("Tame", "Tame", title="Tame")
    begin, end = ('"', '"') if locale == "en" else ("„", "“")
    quoted = re.compile(f"{begin}[^{begin}{end}\n]*{end}")
    outside = quoted.sub("", hostile)
    unnamed = {
        "en": "Top request: one without a readable name (",
        "de": "Häufigster Wunsch: einer ohne lesbaren Namen (",
    }
    if not literal(text):
        outside = outside.replace(unnamed[locale], {"en": "Top request:  (", "de": "Häufigster Wunsch:  ("}[locale])
    assert outside == quoted.sub("", tame)
    assert numbers(outside) == numbers(quoted.sub("", tame))


def test_a_hostile_key_of_a_follow_up_says_nothing_either() -> None:
    for text in STORED:
        stories = [STORY, FOLLOW_UP | {"story_key": text or "X-1"}]
        (line,) = [one for one in plain(document(pack([tried()], stories=stories))).splitlines() if "Next" in one] or [
            ""
        ]
        assert_harmless(line.removeprefix("Next steps: follow-up story ").removesuffix(" created.").strip()[:LONGEST])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Add Excel format option", "Add Excel format option"),
        ("Import/export for R&D (v2.5)", "Import/export for R&D (v2.5)"),
        ("Größere Schrift, 14 pt", "Größere Schrift, 14 pt"),
        ("日本語でエクスポート", "日本語でエクスポート"),
        ("हिन्दी में निर्यात", "हिन्दी में निर्यात"),
        ("[Export](https://evil.example) now", "Export now"),
        ("say \"cheese\"", "say 'cheese'"),
        ("a " * 60, ("a " * 40).strip() + "…"),
        ("@channel", ""),
    ],
)  # fmt: skip
def test_what_people_really_write_stays_readable(text: str, told: str) -> None:
    assert literal(text) == told

"""Nothing but the facts gets through: each hostile answer of `hostile.json` is refused, and each rule is needed."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pipelines.summaries import guard
from pipelines.summaries.document import plain
from pipelines.summaries.facts import FactPack
from pipelines.summaries.guard import RULES, Sentence, askable, check
from pipelines.summaries.language import locales
from pipelines.summaries.lines import Terms
from pipelines.summaries.numbers import WORDS, numbers
from pipelines.summaries.rendering import placeholders
from pipelines.summaries.template import document
from pipelines.summaries.vocabulary import vocabulary
from tests.unit.summaries.told import GOLDEN, by_lot, by_use, golden, tickets
from tests.unit.summaries.told import pack as known_as

HOSTILE = json.loads((Path(__file__).parent / "hostile.json").read_text())["answers"]
Case = dict[str, Any]


def own(pack: FactPack) -> list[Sentence]:
    """The template's own sentences, as if a model had worded them."""
    return [Sentence(claim.sentence, tuple(placeholders(claim.sentence))) for claim in askable(pack)]


def answer(pack: FactPack, case: Case) -> list[Sentence]:
    """An answer that is good but for what the case is about."""
    sentences = {claim.id: one for claim, one in zip(askable(pack), own(pack), strict=True)}
    good = sentences.pop(case["claim"])
    text = f"{good.template.rstrip('.')}, {case['add']}." if "add" in case else case["text"]
    bad = Sentence(text, tuple(case.get("ids", placeholders(text))))
    worded = [] if case.get("drop") else [bad] * (2 if case.get("twice") else 1)
    return [*sentences.values(), *worded]


def called(case: Case) -> str:
    return f"{case['rule']}: {ascii(case.get('add', case.get('text', '')))[:60]}"


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("name", GOLDEN)
def test_the_template_s_own_sentences_pass_and_come_out_as_they_are(name: str, locale: str) -> None:
    pack = golden(name, Terms(locale=locale))
    checked = check(pack, own(pack))
    assert checked.rejections == ()
    assert set(checked.worded) == {claim.id for claim in pack.offered}
    assert document(pack, checked.worded) == document(pack)


_LOOKS = ("higher", "lower", "no_clear_difference")
_ALL = [
    *((by_lot, "A", answer) for answer in ("increased", "decreased", "no_clear_effect")),
    *((by_lot, "B", answer) for answer in _LOOKS),
    *((by_use, grade, answer) for grade in "CD" for answer in _LOOKS),
    *((tickets, grade, answer) for grade in "BD" for answer in _LOOKS),
]


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("of", ["ratio", "difference"])
@pytest.mark.parametrize(("told", "grade", "answer"), _ALL)
def test_whatever_grade_and_answer_a_claim_has_its_own_sentence_passes(
    told: Any, grade: str, answer: str, of: str, locale: str
) -> None:
    more = {"ci_of": of} if told is by_lot else {}
    pack = known_as([told(grade, answer, **more)], Terms(locale=locale))
    assert len(pack.offered) == 1
    assert check(pack, own(pack)).rejections == ()


def test_a_sentence_that_is_worded_otherwise_and_says_the_same_passes() -> None:
    pack = golden("grade_a")
    first, second, third = own(pack)
    other = (
        "It rose: users who were offered it were {{c2.figure}} as likely to {{c2.outcome}} "
        "({{c2.people}}; {{c2.basis}}; {{c2.interval}})."
    )
    checked = check(pack, [third, replace(second, template=other), first])
    assert checked.rejections == ()
    told = plain(document(pack, checked.worded))
    assert "• It rose: users who were offered it were 1.08 times as likely to be active again" in told
    assert numbers(told) == numbers(plain(document(pack)))


@pytest.mark.parametrize("case", HOSTILE, ids=called)
def test_a_hostile_answer_is_refused_by_its_rule_and_nothing_of_it_is_printed(case: Case) -> None:
    pack = golden(case["story"])
    checked = check(pack, answer(pack, case))
    assert case["rule"] in {one.rule for one in checked.rejections}
    assert checked.worded == {}
    assert document(pack, checked.worded) == document(pack)


@pytest.mark.parametrize("rule", [name for name in RULES if name != "numbers"])
def test_without_a_rule_something_gets_through(rule: str) -> None:
    """Each rule has a case that it alone finds; so none may be taken out."""
    fewer = {name: one for name, one in RULES.items() if name != rule}
    alone = [case for case in HOSTILE if case.get("only") and case["rule"] == rule]
    assert alone != []
    for case in alone:
        pack = golden(case["story"])
        assert check(pack, answer(pack, case), fewer).is_taken, called(case)
        assert not check(pack, answer(pack, case)).is_taken


@pytest.mark.parametrize(("word", "tail"), [("half", "half of the users"), ("most", "most users"), ("twice", "twice")])
def test_were_a_counting_word_ever_allowed_what_is_printed_would_still_be_counted(
    word: str, tail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vocabulary is a file; whoever adds a word that counts meets the second layer, and that layer alone."""
    wider = replace(vocabulary("en"), plain=vocabulary("en").plain | {word})
    monkeypatch.setattr(guard, "vocabulary", lambda _locale: wider)
    pack = golden("grade_a")
    told = answer(pack, {"claim": "c2", "add": tail})
    assert {one.rule for one in check(pack, told).rejections} == {"numbers"}
    assert check(pack, told, {name: rule for name, rule in RULES.items() if name != "numbers"}).is_taken


_PIECES = st.sampled_from([
    *sorted(vocabulary("en").known), *sorted(WORDS)[::5], "7", "1.8", "%", "½", "@channel", "https://e.example", "*",
    "not", "{{c1.figure}}", "{{c2.figure}}", "{{c2.people}}", "{{c3.basis}}", "{{c9.x}}", ".", ",", ";", ":", "(", ")",
    "-", "\u200b",
])  # fmt: skip
_PACK = golden("grade_a")


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(own(_PACK)), st.lists(st.tuples(st.integers(0, 400), _PIECES), min_size=1, max_size=3))
def test_whatever_is_put_into_a_good_sentence_its_figures_stay_as_they_are(
    good: Sentence, pieces: list[tuple[int, str]]
) -> None:
    parts = good.template.split(" ")
    for place, piece in pieces:
        parts.insert(place % (len(parts) + 1), piece)
    bad = Sentence(" ".join(parts), tuple(placeholders(" ".join(parts))))
    checked = check(_PACK, [bad if one == good else one for one in own(_PACK)])
    printed = plain(document(_PACK, checked.worded))
    assert numbers(printed) == numbers(plain(document(_PACK)))
    assert not re.search(r"[@*\u200b]|://|\bnot\b", printed)
    event("taken" if checked.is_taken else "refused")


def test_figures_that_run_together_are_another_number() -> None:
    """Two facts side by side could be read as one; the second layer alone would find it."""
    pack = golden("grade_b")
    text = next(claim for claim in pack.claims if claim.id == "c3").sentence
    glued = text.replace("{{c3.people}}", "7{{c3.people}}")
    told = [Sentence(glued, tuple(placeholders(glued)))]
    assert [one.rule for one in check(pack, told, {"numbers": RULES["numbers"]}).rejections] == ["numbers"]


@pytest.mark.parametrize("locale", locales())
def test_no_word_that_counts_is_in_the_vocabulary(locale: str) -> None:
    words = vocabulary(locale)
    free = words.plain | words.of_subjects
    for kinds in words.answers.values():
        free |= {word for told in kinds.values() for word in told["words"]}
    assert free & WORDS == set()
    assert all(re.fullmatch(r"[^\W\d_]+(-[^\W\d_]+)?", word) for word in free)


def test_every_claim_that_is_offered_has_words() -> None:
    for locale in locales():
        for name in GOLDEN:
            pack = golden(name, Terms(locale=locale))
            assert askable(pack) == pack.offered


def test_the_page_on_comments_names_every_rule() -> None:
    page = (Path(__file__).parents[3] / "docs" / "summaries.md").read_text()
    assert [name for name in RULES if f"| {name} |" not in page] == []


def test_an_answer_without_a_sentence_and_one_to_nothing_are_refused() -> None:
    assert not check(golden("grade_a"), []).is_taken
    assert not check(golden("few"), [Sentence("Users.", ())]).is_taken


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    texts = json.loads((Path(__file__).parent / "hostile.json").read_text())["texts"]
    assert len(HOSTILE) + len(texts) >= 250
    assert Counter(called(case) for case in HOSTILE if "add" in case).total() >= 100

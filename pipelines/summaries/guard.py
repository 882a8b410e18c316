"""What a model worded is taken only where code can show that it says nothing but the facts, each at its own place.

A model's sentences hold places for facts and no figure. Each rule looks at one way in which a sentence could still say
something else; tests show of each what would get through without it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.summaries.facts import Claim, Fact, FactPack
from pipelines.summaries.numbers import numbers
from pipelines.summaries.rendering import PLACEHOLDER, by_id, placeholders, rendered
from pipelines.summaries.vocabulary import Tokens, Vocabulary, is_word, tokens, vocabulary

LONGEST = 400
_SIGNS = frozenset(" .,;:()-–'’")
_GLUED = re.compile(r"[\w}]\{\{|\}\}\w")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a model: `template` with places for facts, and the facts that it says are in it."""

    template: str
    fact_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """All sentences of an answer, with what they are looked at by.

    Attributes:
        facts: of the claims that are offered, by id.
    """

    sentences: tuple[Sentence, ...]
    claims: Mapping[str, Claim]
    facts: Mapping[str, Fact]
    words: Vocabulary

    def claim(self, sentence: Sentence) -> Claim | None:
        """Return the claim that a sentence is about: that of its first fact."""
        names = placeholders(sentence.template)
        return self.claims.get(names[0].partition(".")[0]) if names else None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an answer is not taken: the rule, and a reason that names nothing but the answer's own words."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of an answer: sentences by claim, or why there are none."""

    worded: Mapping[str, str]
    rejections: tuple[Rejection, ...]

    @property
    def is_taken(self) -> bool:
        """Whether nothing was found against it."""
        return not self.rejections


Rule = Callable[[Draft], Iterator[str]]


def askable(pack: FactPack) -> tuple[Claim, ...]:
    """Return the claims that a model may word and that there are words for."""
    words = vocabulary(pack.locale)
    return tuple(claim for claim in pack.offered if words.knows(claim))


def check(pack: FactPack, sentences: Sequence[Sentence], rules: Mapping[str, Rule] | None = None) -> Checked:
    """Return the sentences of an answer where no rule is against any of them."""
    claims = {claim.id: claim for claim in askable(pack)}
    facts = by_id(fact for claim in claims.values() for fact in claim.facts)
    draft = Draft(tuple(sentences), claims, facts, vocabulary(pack.locale))
    found = [Rejection(name, why) for name, rule in (rules or RULES).items() for why in rule(draft)]
    told = {claim.id: one.template.strip() for one in sentences if (claim := draft.claim(one))}
    return Checked({} if found else told, tuple(found))


def _size(draft: Draft) -> Iterator[str]:
    if any(len(one.template) > LONGEST for one in draft.sentences):
        yield f"a sentence is longer than {LONGEST} letters"


def _signs(draft: Draft) -> Iterator[str]:
    for one in draft.sentences:
        text = PLACEHOLDER.sub("x", one.template)
        for sign in sorted({sign for sign in text if sign not in _SIGNS and not _is_letter(sign)}):
            kind = "digit" if sign.isnumeric() else "sign"
            yield f"the {kind} U+{ord(sign):04X} is not allowed outside of facts"
        if any(a in ".:" and not (b.isspace() or b in ")") for a, b in pairwise(text)):
            yield "a dot or colon is followed by no blank, as in an address"
        if _GLUED.search(one.template):
            yield "a fact is not set apart by a blank"


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign) in {"Ll", "Lu"} and ord(sign) < 0x180


def _known(draft: Draft) -> Iterator[str]:
    for one in draft.sentences:
        for name in placeholders(one.template):
            if name not in draft.facts:
                yield "a place names no fact that was given"


def _declared(draft: Draft) -> Iterator[str]:
    for one in draft.sentences:
        if Counter(placeholders(one.template)) != Counter(one.fact_ids):
            yield "fact_ids are not the places of the sentence"


def _one_claim(draft: Draft) -> Iterator[str]:
    for one in draft.sentences:
        if len({name.partition(".")[0] for name in placeholders(one.template)}) != 1:
            yield "a sentence is not about one claim"


def _mandatory(draft: Draft) -> Iterator[str]:
    for one in draft.sentences:
        claim, there = draft.claim(one), Counter(placeholders(one.template))
        for fact in claim.facts if claim else ():
            if there[fact.id] != 1:
                yield f"{fact.id} is in its sentence {there[fact.id]} times and has to be there once"


def _complete(draft: Draft) -> Iterator[str]:
    told = Counter(claim.id for one in draft.sentences if (claim := draft.claim(one)))
    for name in draft.claims:
        if told[name] != 1:
            yield f"{name} is told {told[name]} times and has to be told once"


def _vocabulary(draft: Draft) -> Iterator[str]:
    for one in draft.sentences:
        for word in sorted({token for token in tokens(one.template) if is_word(token)} - draft.words.known):
            yield f"the word {word[:40]!r} is not allowed"


def _verbs(draft: Draft) -> Iterator[str]:
    """A word of another grade or answer, or of a group of words outside of it."""
    for claim, words in _loose(draft):
        for word in sorted((words & draft.words.known) - draft.words.of_subjects - draft.words.words(claim)):
            yield f"the word {word!r} is not for {claim.id}, which is {claim.form} and {claim.answer}"


def _subject(draft: Draft) -> Iterator[str]:
    for claim, words in _loose(draft):
        for word in sorted((words & draft.words.of_subjects) - draft.words.words(claim)):
            yield f"the word {word!r} is not for {claim.id}, which is about {claim.subject}"


def _loose(draft: Draft) -> Iterator[tuple[Claim, frozenset[str]]]:
    """Yield the claim of each sentence with its words outside of the groups that it has to keep."""
    for one in draft.sentences:
        if claim := draft.claim(one):
            yield claim, frozenset(token for token in _around(draft, one) if is_word(token))


def _around(draft: Draft, one: Sentence) -> Tokens:
    """Return what is left of a sentence without the groups of words that it has to keep."""
    claim, left = draft.claim(one), tokens(one.template)
    for each in draft.words.keep(claim) if claim else ():
        left = _without(left, each)
    return left


def _without(told: Tokens, groups: Sequence[str]) -> Tokens:
    """Take the first of these groups of words that is there out, once."""
    for group in groups:
        at = _place(told, tokens(group))
        if at is not None:
            return (*told[:at], "¦", *told[at + len(tokens(group)) :])
    return told


def _place(told: Tokens, group: Tokens) -> int | None:
    ends = len(told) - len(group) + 1
    return next((at for at in range(ends) if told[at : at + len(group)] == group), None)


def _kept(draft: Draft) -> Iterator[str]:
    """Figure and outcome at their own place, and the words that the grade asks for."""
    for one in draft.sentences:
        claim = draft.claim(one)
        for each in draft.words.keep(claim) if claim else ():
            if all(_place(tokens(one.template), tokens(group)) is None for group in each):
                yield f"of {claim.id if claim else ''} the words {each[0]!r} are missing"


def _numbers(draft: Draft) -> Iterator[str]:
    """Whatever the rules before let through: each number of what is printed is one of the sentence's own facts."""
    for one in draft.sentences:
        names = placeholders(one.template)
        if any(name not in draft.facts for name in names):
            continue
        around = numbers(_words(_around(draft, one)))
        # A group of words may count too, as `no` of `no clear effect`.
        own = numbers(_words(tokens(one.template))) - around
        for name in names:
            own += numbers(draft.facts[name].text)
        if around or numbers(rendered(one.template, draft.facts)) != own:
            yield "a number is printed that is no fact of its sentence"


def _words(told: Tokens) -> str:
    return " ".join(token for token in told if not PLACEHOLDER.fullmatch(token))


RULES: dict[str, Rule] = {
    "size": _size,
    "signs": _signs,
    "known": _known,
    "declared": _declared,
    "one_claim": _one_claim,
    "mandatory": _mandatory,
    "complete": _complete,
    "vocabulary": _vocabulary,
    "verbs": _verbs,
    "subject": _subject,
    "kept": _kept,
    "numbers": _numbers,
}

"""The words that a model may use, by claim: a closed list, since nobody can list what must not be said."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.summaries.facts import Claim

# A fact's place, a word, or one sign.
_TOKEN = re.compile(r"\{\{[^{}]*\}\}|[^\W\d_]+(?:[-'’][^\W\d_]+)*|\S")
Tokens = tuple[str, ...]


def tokens(text: str) -> Tokens:
    """Return the places, words and signs of a sentence, in small letters."""
    return tuple(token.lower() for token in _TOKEN.findall(text))


def is_word(token: str) -> bool:
    """Tell whether a token is a word."""
    return token[0].isalpha()


@dataclass(frozen=True)
class Vocabulary:
    """The words of a language.

    Attributes:
        plain: for every claim.
        subjects: for the claims of a subject alone.
        must: by form, lists of which one each has to be in the sentence.
        answers: by kind of form and answer, more words and more such lists.
    """

    plain: frozenset[str]
    subjects: Mapping[str, frozenset[str]]
    must: Mapping[str, Sequence[Sequence[str]]]
    answers: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def keep(self, claim: Claim) -> list[list[str]]:
        """Return the lists of a claim of which one each has to be in its sentence, word by word."""
        lists = [*self.must[claim.form], *self._answer(claim)["must"]]
        return [[one.replace("{{", f"{{{{{claim.id}.") for one in each] for each in lists]

    def words(self, claim: Claim) -> frozenset[str]:
        """Return the words that a claim's sentence may use beside what it has to keep."""
        return self.plain | self.subjects[claim.subject] | frozenset(self._answer(claim)["words"])

    @property
    def of_subjects(self) -> frozenset[str]:
        """Words of any subject."""
        return frozenset(word for words in self.subjects.values() for word in words)

    @property
    def known(self) -> frozenset[str]:
        """Every word that is somewhere in the vocabulary."""
        lists = [each for form in self.must.values() for each in form]
        found = set(self.plain | self.of_subjects)
        for kinds in self.answers.values():
            for answer in kinds.values():
                found |= set(answer["words"])
                lists += answer["must"]
        return frozenset(found | {token for each in lists for one in each for token in tokens(one) if is_word(token)})

    def knows(self, claim: Claim) -> bool:
        """Tell whether a claim of this form and answer can be worded at all."""
        return claim.form in self.must and claim.answer in self.answers.get(_kind(claim.form), {})

    def _answer(self, claim: Claim) -> Mapping[str, Any]:
        return self.answers[_kind(claim.form)][claim.answer]


def _kind(form: str) -> str:
    return form.removesuffix("_ratio").removesuffix("_difference")


@cache
def vocabulary(locale: str) -> Vocabulary:
    """Return the words of a language that there are phrases for."""
    file = files(__package__).joinpath(f"vocabulary.{locale}.toml")
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    subjects = {name: frozenset(words) for name, words in read["subjects"].items()}
    return Vocabulary(frozenset(read["plain"]), subjects, read["must"], read["answers"])

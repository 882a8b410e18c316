"""The one seam to a language model: ids, kinds, grades and units go out, sentences with places for facts come back."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.summaries.facts import Claim, FactPack
from pipelines.summaries.guard import Rejection, Sentence, askable
from pipelines.summaries.vocabulary import vocabulary

_MOST_SENTENCES = 50
_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked: `system` are the rules, `user` the claims as JSON, `schema` that of the answer."""

    system: str
    user: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, word for word, with the tokens that the vendor counted and their price."""

    text: str
    input_tokens: int
    output_tokens: int
    cost_usd: float


class ModelError(Exception):
    """No usable answer came.

    Attributes:
        cost_usd: what it may have cost; the most that it can where nobody knows.
        raw: what came instead of an answer.
    """

    def __init__(self, reason: str, *, cost_usd: float = 0.0, raw: str = "") -> None:
        super().__init__(reason)
        self.cost_usd, self.raw = cost_usd, raw


class LanguageModel(Protocol):
    """A model that answers one question at a time."""

    @property
    def id(self) -> str:
        """Vendor and name, as it is told to readers of the log."""
        ...

    def most_usd(self, question: Question) -> float:
        """Return the most that an answer to this can cost."""
        ...

    def ask(self, question: Question) -> Answer:
        """Return the answer.

        Raises:
            ModelError: none came, or none that can be read.
        """
        ...


class _Told(BaseModel):
    """A sentence as it comes back."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sentence_template: str
    fact_ids: list[str]


class _Sentences(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sentences: list[_Told] = Field(max_length=_MOST_SENTENCES)


def sentences_of(text: str) -> list[Sentence]:
    """Return the sentences of an answer.

    Raises:
        ValueError: it is not JSON of the form that was asked for.
    """
    try:
        told = _Sentences.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise ValueError(f"{place}: {first['type']}") from None
    return [Sentence(one.sentence_template, tuple(one.fact_ids)) for one in told.sentences]


def question(pack: FactPack, against: Sequence[Rejection] = ()) -> Question:
    """Return what a model is asked of a story; `against` is why its first answer was not taken.

    Neither a text of a ticket nor a figure is in it: a name, a theme or a topic is the id of a fact.
    """
    words = vocabulary(pack.locale)
    told: dict[str, Any] = {
        "locale": pack.locale,
        "words": sorted(words.plain),
        "claims": [_asked(pack, claim) for claim in askable(pack)],
    }
    if against:
        told["your_last_answer_was_not_taken"] = [f"{one.rule}: {one.reason}" for one in against[:_MOST_REASONS]]
    user = json.dumps(told, sort_keys=True, ensure_ascii=False, indent=1)
    return Question(system_prompt(), user, schema())


def _asked(pack: FactPack, claim: Claim) -> dict[str, Any]:
    words = vocabulary(pack.locale)
    return {
        "id": claim.id,
        "subject": claim.subject,
        "form": claim.form,
        "answer": claim.answer,
        "grade": claim.grade,
        "facts": [{"id": one.id, "kind": one.kind, "unit": one.unit, "grade": one.grade} for one in claim.facts],
        "keep": words.keep(claim),
        "words": sorted(words.words(claim) - words.plain),
        "example": claim.sentence,
    }


@cache
def system_prompt() -> str:
    """Return the rules that a model is given."""
    return files(__package__).joinpath("prompt.md").read_text(encoding="utf-8")


@cache
def prompt_version() -> str:
    """Return a short digest of the rules and of the form of the answer: other words, other version."""
    told = system_prompt() + json.dumps(schema(), sort_keys=True)
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]


def schema() -> dict[str, Any]:
    """Return the JSON schema of an answer, in the part of it that both vendors hold models to."""
    sentence = {
        "type": "object",
        "properties": {
            "sentence_template": {"type": "string"},
            "fact_ids": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["sentence_template", "fact_ids"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"sentences": {"type": "array", "items": sentence}},
        "required": ["sentences"],
        "additionalProperties": False,
    }

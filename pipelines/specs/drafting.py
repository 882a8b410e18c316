"""A specification, drafted by a model where its answer can be taken, and from the ticket alone wherever it cannot."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.model_ledger import ModelLedger
from pipelines.specs.context import Context
from pipelines.specs.guard import rejections
from pipelines.specs.material import Material
from pipelines.specs.sections import Sections, schema, sections_of
from pipelines.specs.skeleton import skeleton
from pipelines.summaries.guard import Rejection
from pipelines.summaries.language import language
from pipelines.summaries.model import Answer, LanguageModel, ModelError, Question
from pipelines.summaries.template import TEMPLATE
from pipelines.summaries.wording import ACCEPTED, ATTEMPTS, FAILED, MALFORMED, REJECTED, TOO_DEAR, ModelCall

_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Spec:
    """A draft.

    Attributes:
        author: `template`, or the id of the model that wrote it.
        drafted_at: when it was; of an answer that was kept, when that came.
        digest: of all that it was drafted from.
        why: no model wrote it; None where one did.
    """

    sections: Sections
    author: str
    drafted_at: datetime
    digest: str
    why: str | None


class Drafting:
    """Drafts specifications.

    Args:
        model: None: there is none to be asked.
        clock: tells the time.
    """

    def __init__(
        self, model: LanguageModel | None, ledger: ModelLedger, budget_usd: float, locale: str,
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._model, self._ledger, self._budget, self._locale, self._clock = model, ledger, budget_usd, locale, clock

    def draft(self, material: Material, context: Context, *, is_new: bool = False) -> Spec:
        """Return a specification; the same material gives the same one, unless a new one is asked for."""
        digest = self._digest(material, context)
        if self._model is None:
            return self._by_template(material, digest, "no_model")
        kept = None if is_new else self._ledger.taken(digest, prompt_version(), self._model.id)
        if kept is not None:
            return Spec(sections_of(kept[0]), self._model.id, kept[1], digest, None)
        against: tuple[Rejection, ...] = ()
        verdict = FAILED
        for attempt in range(1, ATTEMPTS + 1):
            asked = self._question(material, context, against)
            sections, verdict, against = self._asked(self._model, asked, material, digest, attempt)
            if sections is not None:
                return Spec(sections, self._model.id, self._clock(), digest, None)
            if verdict in (FAILED, TOO_DEAR):
                break
        return self._by_template(material, digest, verdict)

    def _by_template(self, material: Material, digest: str, why: str) -> Spec:
        return Spec(skeleton(material, language(self._locale)), TEMPLATE, self._clock(), digest, why)

    def _digest(self, material: Material, context: Context) -> str:
        told = [material.digest, context.conventions, context.repository, self._locale]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _question(self, material: Material, context: Context, against: tuple[Rejection, ...]) -> Question:
        told: dict[str, Any] = {"locale": self._locale, "ticket": material.as_json()}
        given = {"context": context.conventions, "repository": context.repository}
        told |= {name: text for name, text in given.items() if text}
        if against:
            told["your_last_answer_was_not_taken"] = [f"{one.rule}: {one.reason}" for one in against[:_MOST_REASONS]]
        user = json.dumps(told, sort_keys=True, ensure_ascii=False, indent=1).encode("utf-8", "replace").decode()
        return Question(system_prompt(), user, schema())

    def _asked(
        self, model: LanguageModel, asked: Question, material: Material, digest: str, attempt: int
    ) -> tuple[Sections | None, str, tuple[Rejection, ...]]:  # fmt: skip
        """Ask once and keep the call; return what may stand, how it ended and what spoke against it."""
        # Written so that a sum that is no number is no leave to spend.
        if not model.most_usd(asked) <= self._budget - self._ledger.spent_usd():
            answer, sections, verdict = Answer("", 0, 0, 0.0), None, TOO_DEAR
            against: tuple[Rejection, ...] = (Rejection("budget", "the answer could cost more than is left"),)
        else:
            answer, sections, verdict, against = _judged(model, asked, material)
        call = ModelCall(
            story_key=material.place["story_key"], epoch=0, facts_digest=digest, prompt_version=prompt_version(),
            model=model.id, attempt=attempt, raw_answer=answer.text, input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens, cost_usd=answer.cost_usd, verdict=verdict,
            reasons=tuple(f"{one.rule}: {one.reason}" for one in against),
        )  # fmt: skip
        self._ledger.note(call)
        return sections, verdict, against


def _judged(
    model: LanguageModel, asked: Question, material: Material
) -> tuple[Answer, Sections | None, str, tuple[Rejection, ...]]:  # fmt: skip
    answer = Answer("", 0, 0, 0.0)
    try:
        answer = model.ask(asked)
        sections = sections_of(answer.text)
    except ModelError as error:
        return Answer(error.raw, 0, 0, error.cost_usd), None, FAILED, (Rejection("answer", str(error)),)
    except ValueError as error:
        return answer, None, MALFORMED, (Rejection("form", str(error)),)
    against = rejections(sections, material.words)
    return (answer, None, REJECTED, against) if against else (answer, sections, ACCEPTED, ())


@cache
def system_prompt() -> str:
    """Return the rules that a model is given."""
    return files(__package__).joinpath("prompt.md").read_text(encoding="utf-8")


@cache
def prompt_version() -> str:
    """Return a short digest of the rules and of the form of the answer; its begin tells it from that of comments."""
    told = system_prompt() + json.dumps(schema(), sort_keys=True)
    return "spec-" + hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]

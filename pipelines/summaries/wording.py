"""A story's comment, worded by a model where that can be shown to be right, and by the template wherever it cannot."""

from dataclasses import dataclass
from typing import Protocol

from pipelines.summaries.comment import Comment
from pipelines.summaries.facts import FactPack
from pipelines.summaries.guard import Checked, Rejection, askable, check
from pipelines.summaries.model import Answer, LanguageModel, ModelError, prompt_version, question, sentences_of
from pipelines.summaries.template import comment

ATTEMPTS = 2
ACCEPTED, REJECTED, MALFORMED, FAILED, TOO_DEAR = "accepted", "rejected", "malformed", "failed", "budget_spent"


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of a model, to be kept: what was asked, what came, what it cost, and what was thought of it.

    Attributes:
        facts_digest: of the pack; with `prompt_version` and `model` it says what was asked.
        attempt: 1 or 2.
        raw_answer: word for word; empty where none came.
        verdict: accepted, rejected (by the guard), malformed, failed (no answer) or budget_spent (nothing was sent).
        reasons: why it was not taken, each with its rule.
    """

    story_key: str
    epoch: int
    facts_digest: str
    prompt_version: str
    model: str
    attempt: int
    raw_answer: str
    input_tokens: int
    output_tokens: int
    cost_usd: float
    verdict: str
    reasons: tuple[str, ...]


class Ledger(Protocol):
    """What models cost this month; who keeps it decides which month it is."""

    def spent_usd(self) -> float:
        """Return what was spent this month."""
        ...

    def note(self, call: ModelCall) -> None:
        """Keep a call, before anything is done with its answer."""
        ...


def worded(pack: FactPack, model: LanguageModel | None, ledger: Ledger, monthly_budget_usd: float) -> Comment:
    """Return a story's comment.

    The template words it where there is no model or nothing to word, where the budget could be overdrawn, where no
    answer comes, and after two answers that are not taken.
    """
    if model is None or not askable(pack):
        return comment(pack)
    against: tuple[Rejection, ...] = ()
    for attempt in range(1, ATTEMPTS + 1):
        call, checked = _asked(pack, model, attempt, against, monthly_budget_usd - ledger.spent_usd())
        ledger.note(call)
        if call.verdict == ACCEPTED:
            return comment(pack, checked.worded, author=model.id)
        if call.verdict in {FAILED, TOO_DEAR}:
            break
        against = checked.rejections
    return comment(pack)


def _asked(
    pack: FactPack, model: LanguageModel, attempt: int, against: tuple[Rejection, ...], left_usd: float
) -> tuple[ModelCall, Checked]:  # fmt: skip
    asked = question(pack, against)
    answer, checked, verdict = Answer("", 0, 0, 0.0), Checked({}, ()), FAILED
    # Written so that a sum that is no number is no leave to spend.
    if not model.most_usd(asked) <= left_usd:
        verdict, checked = TOO_DEAR, Checked({}, (Rejection("budget", "the answer could cost more than is left"),))
    else:
        try:
            answer = model.ask(asked)
            checked = check(pack, sentences_of(answer.text))
            verdict = ACCEPTED if checked.is_taken else REJECTED
        except ModelError as error:
            answer = Answer(error.raw, 0, 0, error.cost_usd)
            checked = Checked({}, (Rejection("answer", str(error)),))
        except ValueError as error:
            verdict, checked = MALFORMED, Checked({}, (Rejection("form", str(error)),))
    return ModelCall(
        story_key=pack.story_key,
        epoch=pack.epoch,
        facts_digest=pack.digest,
        prompt_version=prompt_version(),
        model=model.id,
        attempt=attempt,
        raw_answer=answer.text,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cost_usd=answer.cost_usd,
        verdict=verdict,
        reasons=tuple(f"{one.rule}: {one.reason}" for one in checked.rejections),
    ), checked

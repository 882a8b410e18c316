"""A story that a language model words, over real HTTP, with a ledger that keeps what it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipelines.language_models import language_model
from pipelines.settings import Settings
from pipelines.summaries.comment import Comment
from pipelines.summaries.facts import FactPack
from pipelines.summaries.model import LanguageModel
from pipelines.summaries.template import comment
from pipelines.summaries.wording import ModelCall, worded
from pipelines.summary_settings import Summaries
from tests.contracts.played_models import PlayedModels
from tests.unit.summaries.told import golden

VENDORS = ("claude", "gpt")


class Ledger:
    """Keeps what it is told; a month in which `before` was spent already."""

    def __init__(self, before: float = 0.0) -> None:
        self.before, self.calls = before, list[ModelCall]()

    def spent_usd(self) -> float:
        return self.before + sum(call.cost_usd for call in self.calls)

    def note(self, call: ModelCall) -> None:
        self.calls.append(call)

    @property
    def verdicts(self) -> list[str]:
        return [call.verdict for call in self.calls]


class Asker:
    """A vendor that is played, and a story that is worded by it."""

    def __init__(self, vendor: str, server: PlayedModels) -> None:
        self.vendor, self.server, self.ledger, self.waits = vendor, server, Ledger(), list[float]()
        self.more: dict[str, Any] = {}

    @contextmanager
    def model(self) -> Iterator[LanguageModel]:
        summaries = Summaries.model_validate(
            {"provider": self.vendor, self.vendor: {"url": self.server.url}, "timeout_seconds": 5} | self.more
        )
        with language_model(Settings(summaries=summaries), self.waits.append) as model:
            assert model is not None
            yield model

    def told(self, known: FactPack | None = None, budget: float = 10.0) -> Comment:
        with self.model() as model:
            return worded(known or golden("grade_a"), model, self.ledger, budget)


def assert_template(asker: Asker, told: Comment, known: FactPack | None = None) -> None:
    assert told == comment(known or golden("grade_a"))
    assert told.author == "template"

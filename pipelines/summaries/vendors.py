"""Claude and GPT over HTTP. What differs between them is a path, a header, and where text and tokens stand."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from pipelines.summaries.model import Answer, ModelError, Question
from pipelines.summaries.wire import Wire

_ANTHROPIC_VERSION = "2023-06-01"
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """Which model, how long an answer may be in tokens, and what a million of them cost in USD."""

    model: str
    max_output_tokens: int
    input_usd: float
    output_usd: float


class _Model(ABC):
    """A vendor's model; its subclass knows the vendor's words."""

    vendor: str
    path: str

    def __init__(self, terms: Terms, wire: Wire) -> None:
        self._terms, self._wire = terms, wire

    @property
    def id(self) -> str:
        """Vendor and name."""
        return f"{self.vendor}:{self._terms.model}"

    def most_usd(self, question: Question) -> float:
        """Return the most that an answer can cost: no token is shorter than a byte, and it is as long as it may be."""
        size = len(json.dumps(self._body(question)).encode("utf-8"))
        return self._cost(size, self._terms.max_output_tokens)

    def ask(self, question: Question) -> Answer:
        """Return the answer.

        Raises:
            ModelError: none came, or none that can be read.
        """
        most = self.most_usd(question)
        raw = self._wire.post(self.path, self._body(question), most)
        try:
            told = json.loads(raw)
            text, (read, written) = self._text(told), self._tokens(told)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            raise ModelError("its answer has another form than it should", cost_usd=most, raw=raw) from None
        cost = self._cost(read, written)
        if text is None:
            raise ModelError("its answer is cut off, or it would not answer", cost_usd=cost, raw=raw)
        return Answer(text, read, written, cost)

    def _cost(self, read: int, written: int) -> float:
        return (read * self._terms.input_usd + written * self._terms.output_usd) / _MILLION

    @abstractmethod
    def _body(self, question: Question) -> dict[str, Any]: ...

    @abstractmethod
    def _text(self, told: Any) -> str | None: ...

    @abstractmethod
    def _tokens(self, told: Any) -> tuple[int, int]: ...


class Claude(_Model):
    """Anthropic's Messages API."""

    vendor, path = "anthropic", "/v1/messages"

    @staticmethod
    def headers(key: str) -> dict[str, str]:
        """Return what tells the vendor who asks."""
        return {"x-api-key": key, "anthropic-version": _ANTHROPIC_VERSION}

    def _body(self, question: Question) -> dict[str, Any]:
        return {
            "model": self._terms.model,
            "max_tokens": self._terms.max_output_tokens,
            "system": question.system,
            "messages": [{"role": "user", "content": question.user}],
            "output_config": {"format": {"type": "json_schema", "schema": question.schema}},
        }

    def _text(self, told: Any) -> str | None:
        if told["stop_reason"] != "end_turn":
            return None
        return "".join(_string(block["text"]) for block in told["content"] if block["type"] == "text")

    def _tokens(self, told: Any) -> tuple[int, int]:
        usage = told["usage"]
        cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
        return (
            _count(usage["input_tokens"]) + sum(_count(usage.get(name) or 0) for name in cached),
            _count(usage["output_tokens"]),
        )


class Gpt(_Model):
    """OpenAI's Chat Completions API."""

    vendor, path = "openai", "/v1/chat/completions"

    @staticmethod
    def headers(key: str) -> dict[str, str]:
        """Return what tells the vendor who asks."""
        return {"Authorization": f"Bearer {key}"}

    def _body(self, question: Question) -> dict[str, Any]:
        return {
            "model": self._terms.model,
            "max_completion_tokens": self._terms.max_output_tokens,
            "store": False,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "sentences", "strict": True, "schema": question.schema},
            },
        }

    def _text(self, told: Any) -> str | None:
        choice = told["choices"][0]
        if choice["finish_reason"] != "stop" or choice["message"].get("refusal"):
            return None
        return _string(choice["message"]["content"])

    def _tokens(self, told: Any) -> tuple[int, int]:
        usage = told["usage"]
        return _count(usage["prompt_tokens"]), _count(usage["completion_tokens"])


def _string(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("text is no text")
    return text


def _count(tokens: Any) -> int:
    if not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < 0:
        raise ValueError("tokens are no count")
    return tokens

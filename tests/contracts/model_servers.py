"""Both vendors of language models on the loopback address: they check what is asked, and answer as they are told to."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema

from pipelines.sources.loopback import Loopback, Reply, Request

KEY = "sk-test-key-that-is-none"
Speak = Callable[[dict[str, Any]], str]
_FORMAT = {"required": ["type", "schema"], "properties": {"type": {"const": "json_schema"}}}
_STRICT = {"required": ["name", "schema", "strict"], "properties": {"strict": {"const": True}}}
_ASKED_OF = {
    "claude": {
        "type": "object",
        "required": ["model", "max_tokens", "messages", "system", "output_config"],
        "properties": {
            "max_tokens": {"type": "integer", "minimum": 1},
            # The rules of the house stand in `system` here, and in a message of their own there.
            "messages": {"minItems": 1, "items": {"properties": {"role": {"enum": ["user", "assistant"]}}}},
            "output_config": {"required": ["format"], "properties": {"format": _FORMAT}},
            "response_format": False,
            "max_completion_tokens": False,
        },
    },
    "gpt": {
        "type": "object",
        "required": ["model", "messages", "response_format", "max_completion_tokens"],
        "properties": {
            "max_completion_tokens": {"type": "integer", "minimum": 1},
            "messages": {"minItems": 1, "items": {"properties": {"role": {"enum": ["system", "user", "assistant"]}}}},
            "response_format": {
                "required": ["json_schema"],
                "properties": {"type": {"const": "json_schema"}, "json_schema": _STRICT},
            },
            "system": False,
            "output_config": False,
        },
    },
}  # fmt: skip


def examples(asked: dict[str, Any]) -> str:
    """A model that keeps all rules: the examples, with a word of its own that is allowed."""
    told = [claim["example"].replace("Increased:", "It increased:") for claim in asked["claims"]]
    return sentences(*told)


def sentences(*told: str) -> str:
    ids = [[part.split("}}")[0] for part in one.split("{{")[1:]] for one in told]
    pairs = zip(told, ids, strict=True)
    return json.dumps({"sentences": [{"sentence_template": one, "fact_ids": own} for one, own in pairs]})


def spoilt(old: str, new: str) -> Speak:
    """A model that says one thing otherwise in each of its sentences."""
    return lambda asked: sentences(*(claim["example"].replace(old, new) for claim in asked["claims"]))


class PlayedModels(Loopback):
    """What is put into `says` is said in turn, then good answers; what is put into `replies` goes back as it is."""

    def __init__(self) -> None:
        super().__init__(self._route)
        self.says: list[Speak] = []
        self.replies: list[Reply] = []
        self.changes: dict[str, Any] = {}

    def _route(self, request: Request) -> Reply:
        vendor = {"/v1/messages": "claude", "/v1/chat/completions": "gpt"}.get(request.path)
        if vendor is None or request.method != "POST":
            return Reply(404, {"error": {"type": "not_found_error"}})
        key = request.headers.get("x-api-key") if vendor == "claude" else request.headers.get("authorization")
        if key != (KEY if vendor == "claude" else f"Bearer {KEY}"):
            return Reply(401, {"error": {"type": "authentication_error", "message": "invalid key"}})
        if vendor == "claude" and request.headers.get("anthropic-version") != "2023-06-01":
            return Reply(400, {"error": {"type": "invalid_request_error"}})
        body = request.json()
        try:
            jsonschema.validate(body, _ASKED_OF[vendor])
        except jsonschema.ValidationError as error:
            return Reply(400, {"error": {"type": "invalid_request_error", "message": error.message}})
        if self.replies:
            return self.replies.pop(0)
        text = (self.says.pop(0) if self.says else examples)(json.loads(body["messages"][-1]["content"]))
        return Reply(200, (claude if vendor == "claude" else gpt)(text, **self.changes))


def claude(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "…", "signature": "s"}, {"type": "text", "text": text}],
        "usage": {"input_tokens": 1_200, "cache_creation_input_tokens": 0, "cache_read_input_tokens": None,
                  "output_tokens": 300},
    } | changes  # fmt: skip


def gpt(text: str, **changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-5-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1_200, "completion_tokens": 300, "total_tokens": 1_500},
    } | changes  # fmt: skip

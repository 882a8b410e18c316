"""The language model that the settings name, with its key of the environment."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipelines.connections import network_of
from pipelines.settings import Settings, SettingsError, secret
from pipelines.summaries.model import LanguageModel
from pipelines.summaries.vendors import Claude, Gpt, Terms
from pipelines.summaries.wire import Wire

KEYS = {"claude": "ANTHROPIC_API_KEY", "gpt": "OPENAI_API_KEY"}
_MODELS: dict[str, type[Claude] | type[Gpt]] = {"claude": Claude, "gpt": Gpt}


@contextmanager
def language_model(settings: Settings, sleep: Callable[[float], None] = time.sleep) -> Iterator[LanguageModel | None]:
    """Hold the model that may word comments; None where it is off or its key is not in the environment.

    Raises:
        SettingsError: `network` names a file that is none, or the key holds signs that no key has.
    """
    summaries = settings.summaries
    key = secret(KEYS[summaries.provider]) if summaries.provider != "off" else None
    if key is None:
        yield None
        return
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(f"{KEYS[summaries.provider]} holds signs that no key has; copy it again")
    vendor = summaries.claude if summaries.provider == "claude" else summaries.gpt
    kind, network = _MODELS[summaries.provider], network_of(settings)
    terms = Terms(vendor.model, summaries.max_output_tokens, vendor.input_usd, vendor.output_usd)
    with Wire(
        vendor.url,
        kind.headers(key),
        timeout_seconds=summaries.timeout_seconds,
        max_wait_seconds=summaries.max_wait_seconds,
        proxy=network.proxy,
        ca_bundle=network.ca_bundle,
        sleep=sleep,
    ) as wire:
        yield kind(terms, wire)

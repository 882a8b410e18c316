"""The oracles' answers: what other people's statistics say of some inputs, made by the `make_*.py` beside this file."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def _file(oracle: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / f"{oracle}.json").read_text())
    return told


def vectors(oracle: str, asked: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return inputs and answers of one function; a question that nobody answered is an error."""
    found = [(one["inputs"], one["answer"]) for one in _file(oracle)["vectors"] if one["asked"] == asked]
    if not found:
        raise LookupError(f"{oracle}.json has no answer to {asked!r}; see tests/oracles/README.md.")
    return found

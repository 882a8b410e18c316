"""How an oracle's answers are written down. It runs in the oracle's environment, so it knows nothing of ours."""

import json
import math
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


class Answers:
    """Collects answers, and writes them with the versions of what gave them."""

    def __init__(self, oracle: str, *packages: str) -> None:
        self.oracle = oracle
        self.made_with = {"python": platform.python_version()} | {name: version(name) for name in packages}
        self.vectors: list[dict[str, Any]] = []

    def add(self, asked: str, inputs: dict[str, Any], **answer: Any) -> None:
        """Add one answer. What is no finite number is written as null."""
        self.vectors.append({"asked": asked, "inputs": inputs, "answer": {k: _plain(v) for k, v in answer.items()}})

    def write(self) -> None:
        """Write them, a vector a line, so that a difference shows which one moved."""
        lines = ",\n  ".join(json.dumps(one) for one in self.vectors)
        text = f'{{"made_with": {json.dumps(self.made_with)},\n "vectors": [\n  {lines}\n]}}\n'
        (FOLDER / f"{self.oracle}.json").write_text(text)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple) or getattr(value, "ndim", 0):
        return [_plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None

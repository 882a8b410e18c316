"""Lines that are no JSON objects, found one by one: only for files that could not be read in one go.

The fast reader stops at the first broken line and cannot go on behind it. So such a file is read again here, slowly,
into a file that holds what is whole, and a note on each line that is not.
"""

import gzip
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

# A longer line is no event of anybody's. The fast reader holds four times as much for each worker.
LONGEST_LINE = 8 * 1024 * 1024
_EXAMPLES = 3


class BrokenFileError(RuntimeError):
    """A file is not what its packing says, so that nobody can tell how much of it is missing."""


@dataclass(slots=True)
class Refused:
    """Lines that cannot be kept, by reason, and where the first of each lie. Nothing of their content: it names people.

    Attributes:
        counts: lines by reason.
        examples: a few places by reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, places: list[str], count: int = 1) -> None:
        """Count lines in."""
        self.counts[reason] += count
        there = self.examples.setdefault(reason, [])
        there.extend(places[: _EXAMPLES - len(there)])


def clean(file: Path, into: Path, refused: Refused) -> None:
    """Write the lines of `file` that are JSON objects into `into`, and note the others in `refused`.

    Raises:
        BrokenFileError: its gzip stream is broken or cut off.
    """
    try:
        with gzip.open(file, "rb") as lines, gzip.open(into, "wb", compresslevel=1) as kept:
            _walk(lines, kept, refused)  # type: ignore[arg-type]
    except (EOFError, OSError, zlib.error) as error:
        raise BrokenFileError(f"its gzip stream is broken or cut off ({error})") from None


def _walk(lines: BinaryIO, kept: BinaryIO, refused: Refused) -> None:
    number = 0
    while line := lines.readline(LONGEST_LINE):
        number += 1
        place = f"line {number:,}"
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            size = len(line)
            while rest := lines.readline(1 << 20):
                size += len(rest)
                if rest.endswith(b"\n"):
                    break
            refused.add("it is longer than 8 MB", [f"{place}, {size:,} bytes"])
            continue
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except UnicodeDecodeError:
            refused.add("it is no UTF-8", [f"{place}, {len(line):,} bytes"])
        except (ValueError, RecursionError):
            refused.add("it is no JSON", [f"{place}, {len(line):,} bytes"])
        else:
            if isinstance(told, dict):
                # Half a surrogate pair is no character: no database could keep it.
                kept.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            else:
                refused.add("it is no JSON object", [f"{place}, {len(line):,} bytes"])

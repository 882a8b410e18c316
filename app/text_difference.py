"""A text against the one that stands, line by line: what stays, what comes, what goes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Lines that are told around each change.
_AROUND = 2


@dataclass(frozen=True)
class Line:
    """A line of a text: `same`, `new`, `gone`, or a `gap` that stands for lines that stay."""

    what: Literal["same", "new", "gone", "gap"]
    text: str


def difference(before: str, after: str) -> list[Line]:
    """Return what becomes of a text; equal texts give no line."""
    return list(_lines(before.splitlines(), after.splitlines()))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    read = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if group[0][1] > read:
            yield _gap(group[0][1] - read)
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (Line("same", text) for text in old[old_from:old_to])
                continue
            yield from (Line("gone", text) for text in old[old_from:old_to])
            yield from (Line("new", text) for text in new[new_from:new_to])
        read = group[-1][2]
    if read and read < len(old):
        yield _gap(len(old) - read)


def _gap(number: int) -> Line:
    return Line("gap", "1 line as it stands" if number == 1 else f"{number:,} lines as they stand")

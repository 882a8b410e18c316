"""What of a model's draft may stand: its form was checked, here its content is; every rule names itself."""

import re
import unicodedata
from collections.abc import Iterator

from pipelines.specs.sections import LONGEST, LONGEST_LINE, SECTIONS, Sections
from pipelines.summaries.guard import Rejection

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s<>\"'`]+|\bwww\.\S+|\b(?:mailto|javascript|data):\S+", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
_MENTION = re.compile(r"(?<![\w.%+-])[@\uff20][\w-]+|\[~[^\]]*\]|<[!@#][^>]*>")
_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cc", "Zl", "Zp"})


def rejections(sections: Sections, ticket: str) -> tuple[Rejection, ...]:
    """Return what speaks against a draft.

    Args:
        ticket: all that the ticket itself says; what it links to and mentions a draft may too.
    """
    return tuple(_rejections(sections, ticket))


def _rejections(sections: Sections, ticket: str) -> Iterator[Rejection]:
    size = sum(len(line) for lines in sections.values() for line in lines)
    if size > LONGEST:
        yield Rejection("length", f"all sections have {size} characters, and {LONGEST} are the most")
    for name in SECTIONS:
        for line in sections[name]:
            if not line.strip():
                yield Rejection("empty", f"{name} has an empty line")
            if len(line) > LONGEST_LINE:
                yield Rejection("length", f"a line of {name} has {len(line)} characters, {LONGEST_LINE} are the most")
            if any(unicodedata.category(sign) in _HIDDEN for sign in line):
                yield Rejection("signs", f"{name} holds a sign that is not seen, or a line's end within a line")
            for kind, pattern in (("address", _ADDRESS), ("address", _MAIL), ("mention", _MENTION)):
                for found in pattern.findall(line):
                    if found.rstrip(".,;:)") not in ticket:
                        yield Rejection(kind, f"{name} holds a {kind} that is not in the ticket")

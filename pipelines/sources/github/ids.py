"""Node ids, in both forms that GitHub gives: the old `012:IssueComment7` and the new `IC_` + packed numbers, each in
base64. What GraphQL tells of without a number, such as the events of a timeline, has it there: the last part is the id
by which REST knows it. The numbers are packed as by msgpack, of which only this little is needed.
"""

import base64
import binascii
import re
from collections.abc import Iterable

Part = int | str

_OLD = re.compile(rb"0\d+:[A-Za-z]+?(\d+)")


def new_id(prefix: str, *parts: Part) -> str:
    """Return a node id of the new form: `LE_lADOB_z1Gs5LWMEGzwAAAAGTScKc`.

    Args:
        prefix: what stands before the underscore; it tells the kind.
        parts: the repository's id and then what leads to the node.
    """
    packed = bytes([0x90 | (len(parts) + 1), 0]) + b"".join(map(_packed, parts))
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def rest_id(node_id: str) -> int | None:
    """Return the id by which REST knows a node, None where this node id holds none."""
    prefix, found, packed = node_id.partition("_")
    try:
        if found and prefix.isupper():
            content = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
            last = list(_unpacked(content))[-1]
            return last if isinstance(last, int) else None
        old = _OLD.fullmatch(base64.b64decode(node_id, validate=True))
    except (binascii.Error, IndexError, ValueError):
        return None
    return int(old.group(1)) if old else None


def _packed(part: Part) -> bytes:
    if isinstance(part, str):
        return b"\xda" + len(part.encode()).to_bytes(2, "big") + part.encode()
    return b"\xce" + part.to_bytes(4, "big") if part < 1 << 32 else b"\xcf" + part.to_bytes(8, "big")


def _unpacked(content: bytes) -> Iterable[Part]:
    at = 1
    while at < len(content):
        mark = content[at]
        if mark < 0x80:
            yield mark
            at += 1
        elif 0xCC <= mark <= 0xCF:
            width = 1 << (mark - 0xCC)
            yield int.from_bytes(content[at + 1 : at + 1 + width], "big")
            at += 1 + width
        elif mark in (0xD9, 0xDA):
            head = mark - 0xD8
            width = int.from_bytes(content[at + 1 : at + 1 + head], "big")
            yield content[at + 1 + head : at + 1 + head + width].decode()
            at += 1 + head + width
        else:
            raise ValueError(f"mark {mark:#x} is in no node id")

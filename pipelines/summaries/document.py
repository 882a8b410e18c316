"""A text in plain blocks, for whoever posts it: nothing in it is markup of any vendor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, each item one line of plain text."""

    items: tuple[str, ...]


Block = Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks from top to bottom. Whoever posts it renders them as the vendor has them, and escapes."""

    blocks: tuple[Block, ...]


def plain(document: Document) -> str:
    """Return a document as a person reads it, with one line for each paragraph and item."""
    lines = list[str]()
    for block in document.blocks:
        lines += [block.text] if isinstance(block, Paragraph) else [f"• {item}" for item in block.items]
    return "\n".join(lines) + "\n"

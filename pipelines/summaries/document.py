"""A text in plain blocks, for whoever posts it: nothing in it is markup of any vendor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the blocks below it are about."""

    heading: str


@dataclass(frozen=True, slots=True)
class Link:
    """A paragraph that leads to a page of the tracker itself; nobody else's address becomes one."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, each item one line of plain text."""

    items: tuple[str, ...]


Block = Paragraph | Heading | Link | Bullets


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks from top to bottom. Whoever posts it renders them as the vendor has them, and escapes."""

    blocks: tuple[Block, ...]


def plain(document: Document) -> str:
    """Return a document as a person reads it, with one line for each paragraph and item."""
    return "\n".join(line for block in document.blocks for line in _lines(block)) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [text]
        case Heading(heading):
            return [f"{heading}:"]
        case Link(label, url):
            return [f"{label}: {url}"]
        case Bullets(items):
            return [f"• {item}" for item in items]

"""Plain blocks as each vendor has them, so that nothing in a text becomes a mention, a link, an image or markup: pure.

Whatever a text holds is shown as it is. Where a vendor has a sign that undoes markup it stands before the sign; where
an address would become a link by itself, a blank of no width breaks it.
"""

import re
import unicodedata
from typing import Any, Literal

from pipelines.outbox.payload import Payload
from pipelines.sources.writing import Form
from pipelines.summaries.document import Block, Bullets, Document, Heading, Link, Paragraph

_BREAK = "\u200b"
_LEVEL = 3
_Markup = Literal["wiki", "markdown"]
# Of a heading, of a link's label and address, and of an item.
_SIGNS: dict[_Markup, tuple[str, str, str]] = {
    "wiki": (f"h{_LEVEL}. ", "[{}|{}]", "* "), "markdown": (f"{'#' * _LEVEL} ", "[{}](<{}>)", "- ")
}  # fmt: skip
# What an address of the tracker's own looks like, and nothing that could end the sign around it.
_ADDRESS = re.compile(r"https?://[\w.:-]+(?:/[\w./:?=&%#~+-]*)?")
# What becomes a link or a mention by its form alone: a scheme, www., a name with a dot in it, an address of mail.
_SCHEME = re.compile(r"(?<=\w):(?=/|\w)|(?<=/)(?=/)")
_DOTTED = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
_AT = re.compile(r"([@#])(?=\S)")
_WIKI_SIGNS = re.compile(r"([{}\[\]*_^~+|!<>])|(?<!\w)-|-(?!\w)|\?(?=\?)|(?<=\?)\?")
_EMOTICONS = re.compile(r"\((?=[^\s()]{1,8}\))|(?<![^\s(])[:;](?=-?[()DPp|])")
_WIKI_START = re.compile(r"^(?=(?:h[1-6]|bq)\.|[-*#|]|----)")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#+!|~@&])")
_MARKDOWN_START = re.compile(r"^(?=[-+>#=:]|\d+[.)])")
_SHORT_NAME = re.compile(r":(?=[\w+-]+:)")


def render(document: Document | Payload, form: Form) -> Any:
    """Return a text as a vendor takes it: a document of Atlassian's for `adf`, else a text; a payload as it is."""
    if isinstance(document, Payload):
        return document.told
    if form == "adf":
        return _adf(document)
    markup: _Markup = "wiki" if form == "wiki" else "markdown"
    return "\n\n".join(_marked_up(block, markup) for block in document.blocks)


def _adf(document: Document) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": [_adf_block(block) for block in document.blocks]}


def _adf_block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(text):
            return _paragraph(text)
        case Heading(heading):
            return {**_paragraph(heading), "type": "heading", "attrs": {"level": _LEVEL}}
        case Link(label, url):
            marks = [{"type": "link", "attrs": {"href": url}}] if _ADDRESS.fullmatch(url) else []
            return _paragraph(label, marks)
        case Bullets(items):
            told = [{"type": "listItem", "content": [_paragraph(item)]} for item in items]
            return {"type": "bulletList", "content": told}


def _paragraph(text: str, marks: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    told = _line(text)
    node: dict[str, Any] = {"type": "text", "text": told} | ({"marks": marks} if marks else {})
    # A text node may not be empty.
    return {"type": "paragraph", "content": [node] if told else []}


def _marked_up(block: Block, markup: _Markup) -> str:
    escaped = _wiki if markup == "wiki" else _markdown
    heading_sign, link, bullet = _SIGNS[markup]
    match block:
        case Paragraph(text):
            return escaped(text)
        case Heading(heading):
            return heading_sign + escaped(heading)
        case Link(label, url):
            return link.format(escaped(label), url) if _ADDRESS.fullmatch(url) else escaped(label)
        case Bullets(items):
            return "\n".join(bullet + escaped(item) for item in items)


def _wiki(text: str) -> str:
    told = _unlinked(_line(text).replace("&", "&amp;").replace("\\", "&#92;"))
    told = _EMOTICONS.sub(lambda found: f"\\{found[0]}", told)
    told = _WIKI_SIGNS.sub(lambda found: f"\\{found[0]}", told)
    return _WIKI_START.sub(_BREAK, told)


def _markdown(text: str) -> str:
    told = _MARKDOWN_SIGNS.sub(r"\\\1", _unlinked(_line(text)))
    return _MARKDOWN_START.sub(_BREAK, told)


def _unlinked(told: str) -> str:
    told = _SHORT_NAME.sub(f":{_BREAK}", _SCHEME.sub(lambda found: f"{found[0]}{_BREAK}", told))
    return _AT.sub(rf"\1{_BREAK}", _DOTTED.sub(f".{_BREAK}", told))


def _line(text: str) -> str:
    """Return a text in one line, without signs that are not seen or turn the line round."""
    told = "".join(" " if sign.isspace() or unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join("".join(sign for sign in told if unicodedata.category(sign) not in ("Cf", "Cs", "Co")).split())

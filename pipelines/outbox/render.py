"""Plain blocks as each vendor has them, so that nothing in a text becomes a mention, a link, an image or markup: pure.

Whatever a text holds is shown as it is. Where a vendor has a sign that undoes markup it stands before the sign; where
an address would become a link by itself, a blank of no width breaks it.
"""

import re
import unicodedata
from typing import Any

from pipelines.outbox.payload import Payload
from pipelines.sources.writing import Form
from pipelines.summaries.document import Document, Paragraph

_BREAK = "\u200b"
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
    escaped, bullet = (_wiki, "* ") if form == "wiki" else (_markdown, "- ")
    told = [
        escaped(block.text) if isinstance(block, Paragraph)
        else "\n".join(f"{bullet}{escaped(item)}" for item in block.items)
        for block in document.blocks
    ]  # fmt: skip
    return "\n\n".join(told)


def _adf(document: Document) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            content.append(_paragraph(block.text))
        else:
            items = [{"type": "listItem", "content": [_paragraph(item)]} for item in block.items]
            content.append({"type": "bulletList", "content": items})
    return {"type": "doc", "version": 1, "content": content}


def _paragraph(text: str) -> dict[str, Any]:
    told = _line(text)
    # A text node may not be empty.
    return {"type": "paragraph", "content": [{"type": "text", "text": told}] if told else []}


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

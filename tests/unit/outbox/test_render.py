"""Whatever a text holds is shown on each tracker as it is: no mention, no link, no image, no markup comes out of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pipelines.outbox.render import render
from pipelines.summaries.document import Bullets, Document, Paragraph
from pipelines.summaries.template import document
from tests.unit.summaries.told import GOLDEN, golden

HOSTILE: list[str] = json.loads((Path(__file__).parents[1] / "summaries" / "hostile.json").read_text())["texts"]
MORE = [
    "- item", "+ item", "1. one", "2) two", "# head", "> quote", "===", "---", "***", "___", "h1. head", "bq. said",
    "||a||b||",
    "|a|b|", "{code}rm{code}", "{color:red}x{color}", "a\n\n# b", "a\r\nh1. b", "&#64;channel", "&lt;b&gt;",
    "\\[a](b)", "\\\\server\\share", "x \\", "`a", "```\ncode", "~~x~~", "(x) (/) (!) :) ;)", "-x- +x+ ^x^ ~x~ ??x??",
    "see evil.com and a.b@c.de", ":tada: :+1:", "SHOP-412", "| --- |", "    four blanks", "\ttab", "$x$", "^[n]",
    "[^1]",
    "line\u2028# head", "\u202egnirts", "<!-- x -->", "&copy;", "*a*b*", "__a__", "a_b_c",
    "!img.png!", "[~ann]", "@ann",
]  # fmt: skip
TEXTS = [*HOSTILE, *MORE]
PLAIN = {"paragraph", "text", "bulletList", "listItem", "doc"}
_WIDTHLESS = re.compile("[\u200b]")


def blocks(text: str) -> Document:
    return Document((Paragraph(text), Bullets((text, "Second")), Paragraph("Last.")))


def seen(text: str) -> str:
    """What of a text is to be read: blanks as one, and nothing that is not seen."""
    import unicodedata

    told = "".join(" " if one.isspace() or unicodedata.category(one) == "Cc" else one for one in text)
    return " ".join("".join(one for one in told if unicodedata.category(one) not in ("Cf", "Cs", "Co")).split())


def nodes(node: Any) -> list[Any]:
    return [node, *(inner for child in node.get("content", ()) for inner in nodes(child))]


@pytest.mark.parametrize("text", TEXTS)
def test_a_document_of_atlassians_holds_text_and_no_marks(text):
    told = render(blocks(text), "adf")
    assert {node["type"] for node in nodes(told)} <= PLAIN
    assert not any("marks" in node or "attrs" in node for node in nodes(told))
    assert [node["text"] for node in nodes(told) if "text" in node] == [
        one for one in (seen(text), seen(text), "Second", "Last.") if one
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_markdown_reads_as_the_text_and_holds_nothing_else(text):
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    told = reader.parse(render(blocks(text), "markdown"))
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in told}
    assert kinds <= {"paragraph", "inline", "bullet_list", "list_item"}
    inner = [child for token in told for child in token.children or ()]
    assert {child.type for child in inner} <= {"text"}
    lines = [_WIDTHLESS.sub("", "".join(child.content for child in token.children or ())) for token in told
             if token.type == "inline"]  # fmt: skip
    assert [line for line in lines if line] == [one for one in (seen(text), seen(text), "Second", "Last.") if one]


# What wiki markup, Markdown with addresses that become links, and chats make something of.
ALIVE = re.compile(
    r"""(?<!\\)[{}\[\]*_^~+|!<>] | \\\\ | \b\w+:/ | :// | www\.\w | \w\.[^\W\d_] | @[^\s\u200b]
    | (?<!\\)\((?:x|y|n|i|/|!|\+|-|\?|on|off|\*\w?|flag|flagoff)\) | ^(?:h[1-6]|bq)\. | ^[-\#]\s | (?<!\S)-\w""",
    re.VERBOSE | re.MULTILINE,
)


@pytest.mark.parametrize("text", TEXTS)
def test_wiki_markup_holds_no_sign_that_is_not_undone(text):
    told = render(Document((Paragraph(text),)), "wiki")
    assert "\n" not in told
    assert ALIVE.findall(told) == []
    read = re.sub(r"\\(?=\W|_)", "", _WIDTHLESS.sub("", told)).replace("&#92;", "\\").replace("&amp;", "&")
    assert read == seen(text)


@pytest.mark.parametrize(
    "text", ["[~ann] h1. x", "!a.png!", "http://evil.example", "*bold*", "{code}", "ann@evil.example"]
)
def test_the_test_of_wiki_markup_finds_what_is_alive(text):
    assert ALIVE.findall(text) != []


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("form", ["adf", "wiki", "markdown"])
def test_what_a_comment_says_is_what_is_read(name, form):
    told = document(golden(name))
    rendered = render(told, form)
    text = "".join(node.get("text", "") for node in nodes(rendered)) if form == "adf" else rendered
    plain = re.sub(r"[\u200b\\]", "", text)
    for block in told.blocks:
        for line in [block.text] if isinstance(block, Paragraph) else block.items:
            assert line in plain

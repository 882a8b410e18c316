"""A draft as people read it: the blocks that a tracker is given, and Markdown for a terminal or a file: pure."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pipelines.events.ids import canonical_json, content_hash
from pipelines.outbox.message import draft
from pipelines.specs.drafting import Spec
from pipelines.specs.material import Material
from pipelines.specs.sections import SECTIONS
from pipelines.summaries.comment import Comment
from pipelines.summaries.document import Block, Bullets, Document, Heading, Link, Paragraph
from pipelines.summaries.language import language
from pipelines.summaries.literal import literal
from pipelines.writeback_settings import SPEC
from warehouse.outbox import Draft

VERSION = "spec 1"
_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_START, _ORDINAL = re.compile(r"^(?=[-+#=>])"), re.compile(r"^(\d+)([.)])")
_NUMBER = re.compile(r"^\d+\. ")
_LONGEST_TITLE = 200
# What a terminal might obey, and what turns a line round.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def document(spec: Spec, locale: str, zone: str) -> Document:
    """Return a draft in blocks; the first line says what it is."""
    return Document(tuple(_blocks(spec, locale, zone)))


def _blocks(spec: Spec, locale: str, zone: str) -> Iterator[Block]:
    speak = language(locale)
    yield Paragraph(speak.say("spec", "draft").format(day=speak.day(spec.drafted_at, zone)))
    by = speak.say("spec", "by").format(model=spec.author)
    yield Paragraph(by if spec.why is None else speak.say("spec", f"why.{spec.why}"))
    for name in SECTIONS:
        yield Heading(speak.say("spec", f"titles.{name}"))
        lines = [" ".join(line.split()) for line in spec.sections[name]]
        if name == "feature_summary":
            yield from (Paragraph(line) for line in lines)
        elif name == "implementation_steps":
            yield Bullets(tuple(f"{number}. {_NUMBER.sub('', line)}" for number, line in enumerate(lines, start=1)))
        else:
            yield Bullets(tuple(lines))


def markdown(told: Document, key: str, title: str) -> str:
    """Return a draft as Markdown that a person reads and edits; nothing in it is markup of the ticket's."""
    first, *rest = [_part(block) for block in told.blocks]
    # What it is comes before what it is about.
    return "\n\n".join([first, f"# {_escaped(key)}: {_escaped(literal(title, _LONGEST_TITLE))}", *rest]) + "\n"


def _part(block: Block) -> str:
    match block:
        case Heading(heading):
            return f"## {_escaped(heading)}"
        case Link(label, _):
            return _escaped(label)
        case Bullets(items):
            return "\n".join(_item(item) for item in items)
        case Paragraph(text):
            return _escaped(text)


def _item(item: str) -> str:
    number = _NUMBER.match(item)
    return f"{number[0]}{_escaped(item[number.end() :])}" if number else f"- {_escaped(item)}"


def message(spec: Spec, material: Material, told: Document) -> Draft:
    """Return a draft as a message: one comment of a ticket, which waits for no rollout."""
    facts: dict[str, Any] = {
        # As the facts of a comment have them: what is drafted makes no claim.
        "state": SPEC, "claims": [], "drafted_from": spec.digest, "author": spec.author,
        "sections": {name: list(lines) for name, lines in spec.sections.items()},
    }  # fmt: skip
    comment = Comment(
        story_key=material.place["story_key"],
        epoch=0,
        kind=SPEC,
        definition_version=VERSION,
        document=told,
        facts=canonical_json(facts),
        facts_digest=content_hash(json.loads(canonical_json(facts))),
        is_final=True,
        shipped_at=material.place["created_at"],
        author=spec.author,
    )
    # A person asks for it, whenever the story shipped.
    return draft(comment, material.place, is_backfill=True)


def _escaped(line: str) -> str:
    seen = "".join(" " if sign.isspace() else sign for sign in line if unicodedata.category(sign) not in _HIDDEN)
    told = _SIGNS.sub(r"\\\1", " ".join(seen.split()))
    return _ORDINAL.sub(r"\1\\\2", _START.sub(r"\\", told))

"""Follow-up stories: what a story's figures call for, as messages whose text is a new ticket: pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipelines.comments import Due
from pipelines.events.ids import canonical_json, content_hash
from pipelines.outbox.message import draft
from pipelines.settings import Settings
from pipelines.summaries.comment import Comment
from pipelines.summaries.document import Block, Bullets, Document, Heading, Link, Paragraph
from pipelines.summaries.facts import Fact, FactPack, NextStep
from pipelines.summaries.language import language
from pipelines.summaries.literal import literal
from pipelines.summaries.next_steps import NUMBERS, TOP_REQUEST
from pipelines.summaries.rendering import by_id
from pipelines.summaries.template import TEMPLATE
from pipelines.writeback_settings import FOLLOW_UP
from warehouse.outbox import Draft

VERSION = "follow-up 1"
_MOST_ITEMS = 20
# An id is looked up as it is written; whatever would make a link of it is broken where it is rendered.
_NO_ID, _LONGEST_ID = re.compile(r"[^\w./:#-]"), 100


def follow_up_drafts(due: Sequence[Due], settings: Settings) -> list[Draft]:
    """Return a message for each story that is called for and is not there."""
    return [
        draft(_ticket(one, step, settings), one.place, is_backfill=one.draft.is_backfill)
        for one in due
        for step in one.pack.next_steps
    ]


def _ticket(due: Due, step: NextStep, settings: Settings) -> Comment:
    pack, told = due.pack, settings.writeback.follow_ups
    own = {fact.id.partition(".")[2]: fact for fact in pack.facts if fact.id.startswith(f"{step.id}.")}
    relations = [relation.casefold() for relation in settings.stories.follow_up_relations]
    facts = canonical_json(
        {
            # As the facts of a comment have them: what is asked for makes no claim.
            "state": FOLLOW_UP, "claims": [], "reason": step.reason, "item_ids": list(step.item_ids),
            "facts": [asdict(fact) for fact in own.values()], "story_key": pack.story_key,
            "ticket": {"issue_type": told.issue_type, "labels": list(told.labels), "relations": relations},
        }
    )  # fmt: skip
    return Comment(
        story_key=pack.story_key,
        epoch=NUMBERS[step.reason],
        kind=FOLLOW_UP,
        definition_version=VERSION,
        document=Document(tuple(_blocks(pack, step, own, due.place))),
        facts=facts,
        facts_digest=content_hash(json.loads(facts)),
        is_final=True,
        shipped_at=pack.shipped_at,
        author=TEMPLATE,
    )


def _blocks(pack: FactPack, step: NextStep, own: Mapping[str, Fact], place: Mapping[str, Any]) -> Iterator[Block]:
    speak, facts = language(pack.locale), by_id(pack.facts)
    told = {name: fact.text for name, fact in own.items()}
    key = literal(place["ticket_key"])
    title = literal(str(place.get("title") or ""))
    told |= {
        "key": key, "day": facts["shipped_on"].text, "window": facts["window"].text,
        "story": f"{speak.quoted(title)} ({key})" if title else key,
    }  # fmt: skip
    kind = "request" if step.reason == TOP_REQUEST else "adoption"
    # A title needs no marks of quotation around what it is about.
    theme = told.get("theme", "").removeprefix(speak.say("quotes", "open")).removesuffix(speak.say("quotes", "close"))
    yield Paragraph(speak.say("follow_up", f"{kind}_title").format_map({**told, "theme": theme}))
    yield Paragraph(speak.say("follow_up", kind).format_map(told))
    items = [name for name in (_NO_ID.sub("", item)[:_LONGEST_ID] for item in step.item_ids) if name]
    if items:
        more = len(items) - _MOST_ITEMS
        rest = [speak.say("follow_up", "more").format(n=speak.count(more))] if more > 0 else []
        yield Heading(speak.say("follow_up", "evidence"))
        yield Bullets((*items[:_MOST_ITEMS], *rest))
    yield Link(speak.say("follow_up", "origin").format(key=key), str(place.get("url") or ""))
    yield Paragraph(speak.say("follow_up", "made"))

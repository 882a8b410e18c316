"""What a message is called, and how a comment becomes one: pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from pipelines.events.ids import canonical_json, content_hash
from pipelines.outbox.payload import Payload
from pipelines.sources.writing import Mark
from pipelines.summaries.comment import Comment
from pipelines.summaries.document import Block, Bullets, Document, Heading, Link, Paragraph, plain
from pipelines.writeback_settings import ANALYTICS
from warehouse.outbox import Draft, Message


def message_id(story_key: str, kind: str, epoch: int, definition_version: str, *part: str) -> str:
    """Return the id of a message, 32 hex characters: one comment is one message, however its figures change.

    Args:
        part: what of the story it is about, where a story has several messages of a kind.
    """
    told = json.dumps(["message", story_key, kind, epoch, definition_version, *part])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def draft(comment: Comment, story: Mapping[str, Any], *, is_backfill: bool = False) -> Draft:
    """Return a comment as it is kept.

    Args:
        story: its row of fct_stories: source, instance, ticket_key, project_key.
    """
    document = as_json(comment.document)
    return Draft(
        message_id=message_id(comment.story_key, comment.kind, comment.epoch, comment.definition_version),
        story_key=comment.story_key,
        kind=comment.kind,
        epoch=comment.epoch,
        definition_version=comment.definition_version,
        source=story["source"],
        instance=story["instance"],
        ticket_key=story["ticket_key"],
        project_key=story["project_key"] or story["ticket_key"].rpartition("-")[0],
        is_backfill=is_backfill,
        shipped_at=comment.shipped_at,
        body=plain(comment.document),
        document=canonical_json(document),
        content_hash=content_hash(document),
        facts=comment.facts,
        facts_digest=comment.facts_digest,
        author=comment.author,
        is_final=comment.is_final,
    )


def as_json(document: Document) -> list[dict[str, Any]]:
    """Return a document as JSON: a block is a `text`, a `heading`, a `label` with its `url`, or has `items`."""
    return [asdict(block) for block in document.blocks]


def document_of(message: Message) -> Document | Payload:
    """Return the text or the payload of a message, to be rendered."""
    document, blocks = json.loads(message.document), list[Block]()
    if isinstance(document, dict):
        return Payload(**document)
    for told in document:
        blocks.append(_block(told))
    return Document(tuple(blocks))


def _block(told: Mapping[str, Any]) -> Block:
    if "items" in told:
        return Bullets(tuple(told["items"]))
    if "url" in told:
        return Link(told["label"], told["url"])
    return Heading(told["heading"]) if "heading" in told else Paragraph(told["text"])


def is_of_one_comment(one: Draft, other: Draft) -> bool:
    """Tell whether two messages speak of one rollout of one story, so that the ticket has one comment of both.

    What analytics were told cannot be written anew, so there each message is one of its own.
    """
    if one.kind in ANALYTICS:
        return one.message_id == other.message_id
    return (one.story_key, one.kind, one.epoch) == (other.story_key, other.kind, other.epoch)


def mark_of(message: Message) -> Mark:
    """Return what a message bears where it stands, so that it is known again."""
    return Mark(message.message_id, message.kind, message.epoch, message.version, message.content_hash)


def in_place_of(new: Draft, message: Message) -> Draft:
    """Return a new text under the name of the message that it goes on in."""
    return replace(new, message_id=message.message_id, definition_version=message.definition_version)

"""The comment as it is without any model: complete, and equal byte for byte for equal facts."""

from collections.abc import Mapping

from pipelines.summaries.comment import Comment
from pipelines.summaries.document import Block, Bullets, Document, Paragraph
from pipelines.summaries.facts import FactPack
from pipelines.summaries.language import language
from pipelines.summaries.rendering import by_id, rendered

TEMPLATE = "template"
KIND = "impact"


def document(pack: FactPack, worded: Mapping[str, str] | None = None) -> Document:
    """Return a story's comment.

    Args:
        worded: sentences for claims by their ids, facts in their places still; those of the template stand for others.
    """
    facts, worded = by_id(pack.everything()), worded or {}
    (shipped,) = pack.line("shipped")
    blocks: list[Block] = [Paragraph(rendered(shipped, facts))]
    if pack.state == "shipped":
        speak = language(pack.locale)
        told = [worded.get(claim.id, claim.sentence) for claim in pack.claims]
        items = [*(told or [speak.say("comment", "nothing")]), *pack.line("request")]
        blocks.append(Paragraph(rendered(speak.say("comment", "impact"), facts)))
        blocks.append(Bullets(tuple(rendered(item, facts) for item in items)))
        # What is below concerns the story, not its figures.
        below = [*pack.line("waiting"), *pack.line("next"), *pack.line("whole")]
        blocks += [Paragraph(rendered(line, facts)) for line in below]
    return Document(tuple(blocks))


def comment(pack: FactPack, worded: Mapping[str, str] | None = None, author: str = TEMPLATE) -> Comment:
    """Return what is handed on to be posted; `author` is who worded the claims."""
    return Comment(
        story_key=pack.story_key,
        epoch=pack.epoch,
        kind=KIND,
        definition_version=pack.definition_version,
        document=document(pack, worded),
        facts=pack.canonical_json(),
        facts_digest=pack.digest,
        is_final=pack.is_final,
        shipped_at=pack.shipped_at,
        author=author,
    )

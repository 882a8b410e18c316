"""What is handed on to be posted on a ticket, with all that it rests on."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.summaries.document import Document


@dataclass(frozen=True, slots=True)
class Comment:
    """The comment on a story's ticket.

    Attributes:
        epoch: of the flag's rollout that it is about; of several flags the latest.
        kind: `impact`.
        definition_version: of the wording and of the estimates; story, epoch and this name the comment.
        facts: canonical JSON of the facts; `facts_digest` its SHA-256.
        is_final: nobody is waited for any more; an earlier one is replaced by it.
        shipped_at: since when all have it; of what was rolled back, since when users had it.
        author: `template`, or the id of the model that worded the figures.
    """

    story_key: str
    epoch: int
    kind: str
    definition_version: str
    document: Document
    facts: str
    facts_digest: str
    is_final: bool
    shipped_at: datetime
    author: str

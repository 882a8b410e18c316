"""What a writer is handed of a message: its text as the vendor has it, or a ticket that is to be made: pure."""

import json
from typing import Any

from pipelines.outbox.message import document_of
from pipelines.outbox.render import render
from pipelines.sources.writing import Form, NewTicket
from pipelines.summaries.document import Document, Paragraph
from pipelines.writeback_settings import FOLLOW_UP
from warehouse.outbox import Message


def content_of(message: Message, form: Form) -> Any:
    """Return what is written; of a ticket the first block is its title."""
    document = document_of(message)
    if message.kind != FOLLOW_UP:
        return render(document, form)
    assert isinstance(document, Document), "a ticket is told in words"
    title, *body = document.blocks
    assert isinstance(title, Paragraph), "a ticket begins with its title"
    told = json.loads(message.facts)["ticket"]
    return NewTicket(
        title=" ".join(title.text.split()),
        body=render(Document(tuple(body)), form),
        issue_type=told["issue_type"],
        labels=tuple(told["labels"]),
        relations=tuple(told["relations"]),
    )

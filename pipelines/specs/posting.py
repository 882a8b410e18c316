"""Drafts a specification and posts it through the outbox, under the one lock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.clock import now
from pipelines.language_models import language_model
from pipelines.model_ledger import ModelLedger
from pipelines.outbox.deliver import Delivery
from pipelines.outbox.making import make_messages
from pipelines.outbox.policy import WRITING, Terms
from pipelines.settings import Settings
from pipelines.specs.context import context_of
from pipelines.specs.drafting import Drafting
from pipelines.specs.material import material_of
from pipelines.specs.writing import document, markdown, message
from pipelines.writeback import opened, writers
from warehouse import outbox
from warehouse.outbox import Draft, Message


@dataclass(slots=True)
class Drafted:
    """A specification, and what became of it.

    Attributes:
        markdown: for a person.
        sentences: what was done with it; `troubles` what went wrong.
    """

    markdown: str
    sentences: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def specify(
    settings: Settings, key: str, *, is_posted: bool = False, is_new: bool = False,
    clock: Callable[[], datetime] = now,
) -> Drafted:  # fmt: skip
    """Draft the specification of a ticket, and post it where that is asked for and the mode allows it.

    Args:
        is_new: the model is asked again, though nothing changed.

    Raises:
        UnknownTicketError: there is no such ticket.
        SettingsError: a file of the settings cannot be read, or the model cannot be asked by them.
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    context, told = context_of(settings.specs), settings.summaries
    changes = {name: getattr(settings.specs, name) for name in ("timeout_seconds", "max_output_tokens")}
    asking = settings.model_copy(update={"summaries": told.model_copy(update=changes)})
    with opened(settings) as (connection, terms), language_model(asking) as model:
        material = material_of(connection, key)
        drafting = Drafting(model, ModelLedger(connection), told.monthly_budget_usd, told.locale, clock)
        spec = drafting.draft(material, context, is_new=is_new)
        blocks = document(spec, told.locale, told.time_zone)
        done = Drafted(markdown(blocks, material.key, material.title))
        if is_posted:
            _post(connection, settings, terms, message(spec, material, blocks), done, clock)
    return done


def _post(
    connection: duckdb.DuckDBPyConnection, settings: Settings, terms: Terms, draft: Draft, done: Drafted,
    clock: Callable[[], datetime],
) -> None:  # fmt: skip
    mode = settings.writeback.mode
    if mode not in WRITING:
        done.sentences.append(
            f"It is not posted, since nothing is sent in mode {mode}; set writeback.mode to approve or auto."
        )
        return
    made = make_messages(connection, [draft], terms)
    done.sentences += [f"It is not posted: {why}." for why in made.withheld.values()]
    (message,) = outbox.messages(connection, message_id=draft.message_id) or (None,)
    if made.withheld or message is None:
        return
    if message.state not in (outbox.PENDING, outbox.APPROVED, outbox.SENDING):
        done.sentences.append(f"Nothing is posted: {_standing(message)}.")
        return
    with writers(settings) as writer_of:
        delivery = Delivery(connection, terms, writer_of, clock)
        delivered = delivery.run(is_asked=lambda one: one.message_id == draft.message_id)
    done.troubles += delivered.troubles
    done.sentences += [*delivered.sentences, *delivered.waiting]
    outbox.refresh_mart(connection)


def _standing(message: Message) -> str:
    return "it stands there as it is" if message.state == outbox.SENT else message.reason

"""The marts of messages hold for a message in each state, and say the same whoever fills them."""

from datetime import timedelta

import pytest

from pipelines.outbox.making import decide, make_messages
from pipelines.settings import Settings
from pipelines.transform import run_dbt
from tests.unit.outbox.saying import AT, said, terms
from warehouse import outbox
from warehouse.connection import reader
from warehouse.store import open_log

pytestmark = pytest.mark.heavy
MARTS = ("fct_messages", "fct_message_history", "fct_message_texts", "fct_writeback_switches")


def fill(settings: Settings) -> None:
    """One message in each state; of those that were sent, one with a newer text, and one that a person took over."""
    with open_log(settings, command="test", since=AT) as log:
        outbox.switched_at(log, "on", AT)
        make_messages(log, [said(key=f"SP-{number}") for number in range(1, 8)], terms("approve"))
        make_messages(log, [said("immature", key="SP-8")], terms("approve"))
        known = {one.story_key: one for one in outbox.messages(log)}
        decide(log, "SP-2", is_approved=True, at=AT)
        decide(log, "SP-3", is_approved=False, at=AT, where="in the report")
        outbox.keep(log, known["SP-4"], outbox.FAILED, "the vendor refuses it", AT, error="no right")
        outbox.keep(log, known["SP-5"], outbox.SENDING, "it is due", AT)
        for key in ("SP-6", "SP-7", "SP-8"):
            outbox.keep(log, known[key], outbox.SENT, "it was posted", AT, remote_id=key, sent_version=1, is_sent=True)
        (taken,) = outbox.messages(log, story_key="SP-7")
        outbox.keep(log, taken, outbox.SUPERSEDED, "somebody edited the comment; it is left as it is", AT)
        make_messages(log, [said(key="SP-8")], terms("approve", at=AT + timedelta(days=8)))


def told(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with reader(settings.database) as connection:
        return {mart: connection.execute(f"select * from marts.{mart} order by all").fetchall() for mart in MARTS}


def test_a_night_with_messages_in_every_state_can_be_published(settings: Settings) -> None:
    """A message that waits has no text on its ticket, and the column that says so was declared to be never null: the
    first night that made messages published, and the next one did not.
    """
    fill(settings)
    outcome = run_dbt(settings, select=[f"+{mart}" for mart in MARTS], verb="build")
    assert outcome.ok, outcome.sentences
    found = told(settings)
    assert sorted({row[4] for row in found["fct_messages"]}) == sorted(outbox.STATES)
    assert len(found["fct_message_texts"]) == 9
    assert sum(bool(row[-1]) for row in found["fct_message_texts"]) == 2
    with open_log(settings, command="test", since=AT) as log:
        outbox.refresh_mart(log)
    assert told(settings) == found

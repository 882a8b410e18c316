"""The played Zendesk speaks as Zendesk's own pages say, and so do we to it; the demo's tickets too.

Zendesk publishes a description that could not be fetched, so `zendesk.schema.json` was written down from its pages.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema

import pipelines.sources.zendesk as zendesk
from pipelines.clock import parse_time
from pipelines.company import Scale, simulate
from pipelines.company.operations import SupportTicket
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.loopback import Reply, Request
from pipelines.sources.zendesk.connection import ZendeskConnection
from pipelines.sources.zendesk.demo import DEMO
from pipelines.sources.zendesk.server import Store, serve
from tests.contracts.collecting import collected, events, overheard
from tests.contracts.played_zendesk import BRANDS, FIXTURES, SIGNED, busy, connected, run

DESCRIBED = json.loads(Path(__file__).with_name("zendesk.schema.json").read_text())
ENDS = parse_time("2026-03-02T06:00:00Z")
OPENED = parse_time("2026-01-10T09:30:00Z")


def hold(said: list[tuple[Request, Reply]]) -> set[str]:
    """Check every request and good answer; return the paths that were asked for."""
    checked = set()
    for request, reply in said:
        path = re.sub(r"/tickets/\d+/", "/tickets/{ticket_id}/", request.path)
        asked = {name: values[-1] for name, values in request.query.items()}
        _validate(DESCRIBED["asked"][path], asked)
        if reply.status == 200:
            _validate(DESCRIBED["answers"][path], reply.json)
            checked.add(path)
    return checked


def _validate(schema: Any, value: Any) -> None:
    jsonschema.validate(value, {**schema, "$defs": DESCRIBED["$defs"]}, cls=jsonschema.Draft202012Validator)


def test_requests_and_answers_are_what_zendesk_says(settings):
    store = Store.from_recording(FIXTURES, tokens=[SIGNED])
    # What no Zendesk would say is for the mapping alone.
    del store.tickets["104"]
    busy(store, 60)
    store.brands, store.quirks.most_per_page = list(BRANDS), 20
    with serve(store) as site:
        said = overheard(site)
        assert run(settings, site, store, brands=["acme"]).errors == []
        collector = zendesk.SOURCE.collector(connected(site, store), Network(attempts=1))
        assert [one.status for one in collector.examine()] == ["ok"]
        collector.close()
    assert hold(said) == set(DESCRIBED["answers"])


def test_the_demo_shows_the_companys_tickets_as_they_stand_at_a_moment(settings, tmp_path):
    made = {
        key: SupportTicket(
            key, "export", f"Question {key}", "How to export?", f"user-{who}", OPENED + timedelta(days=day),
            OPENED + timedelta(days=day + 1), ("export",), is_internal=who == 3, story="SHOP-1", merged_into=into,
        )
        for key, who, day, into in (
            ("1001", 1, 0, None), ("1002", 2, 1, "1001"), ("1003", 3, 2, None), ("1004", 4, 60, None)
        )
    }  # fmt: skip
    company = simulate(Scale.small(), ends_at=ENDS)
    company = replace(company, support_tickets=tuple(made.values()))
    told = _told(settings, company, ENDS, tmp_path)
    states = {payload["ticket_id"]: payload for kind, payload in told if kind == "support.ticket_updated"}
    # The fourth is not asked yet; the third comes from one of our own people.
    assert sorted(states) == ["1001", "1002", "1003"]
    assert [states[key]["is_internal"] for key in sorted(states)] == [False, False, True]
    assert states["1002"]["merged_into"] == "1001"
    assert {state["status"] for state in states.values()} == {"solved"}
    assert states["1001"]["story_keys"] == ["SHOP-1"]
    early = _told(Settings(home=tmp_path / "early"), company, OPENED + timedelta(hours=1), tmp_path)
    assert [(kind, payload.get("status")) for kind, payload in early] == [
        ("support.ticket_opened", "unknown"), ("support.ticket_updated", "open"),
    ]  # fmt: skip


def test_a_company_whose_users_never_ask_has_an_empty_account(settings, tmp_path):
    company = simulate(Scale.small(), ends_at=ENDS)
    assert _told(settings, replace(company, support_tickets=()), ENDS, tmp_path) == []


def _told(home: Settings, company: Any, as_of: Any, folder: Path) -> list[tuple[str, Any]]:
    played = DEMO.show(company, as_of, folder)
    assert played is not None
    with played.server as site:
        said = overheard(site)
        connection = ZendeskConnection.model_validate({"url": site.url, **played.table, **played.secrets})
        assert collected(home, zendesk.SOURCE, connection).errors == []
    assert hold(said)
    return [(row[1], json.loads(row[5])) for row in events(home)]

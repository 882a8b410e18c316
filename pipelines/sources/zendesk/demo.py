"""Shows the demo company's support tickets as a Zendesk account has them at a moment."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipelines.company import Company
from pipelines.company.operations import SupportTicket
from pipelines.company.topic_rules import topic_rules
from pipelines.sources.played import Demo, Played
from pipelines.sources.zendesk.connection import ZendeskConnection
from pipelines.sources.zendesk.server import Store, serve
from pipelines.sources.zendesk.server.store import stamp

SITE = "acme-demo.zendesk.com"
_API = f"https://{SITE}/api/v2"
_BRAND = {"id": 360_001, "name": "Acme", "subdomain": "acme-demo", "active": True, "default": True}
_STORY_FIELD = 360_000_001
_CHANNELS = ("email", "web", "native_messaging")
_TOKEN = "demo-token"  # noqa: S105 - of a vendor that is played
# The export tells a change a little after it happened.
_TOLD_AFTER = timedelta(seconds=3)


def account(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the account with every ticket that exists by then, as it stands then."""
    store = Store(SITE, tokens=tokens, brands=[_BRAND])
    merges = []
    for ticket in company.support_tickets:
        if ticket.opened_at > as_of:
            continue
        user = _user(ticket)
        store.users[str(user["id"])] = user
        store.put(_ticket(ticket, user, as_of))
        if ticket.merged_into and ticket.solved_at is not None and ticket.solved_at <= as_of:
            merges.append((ticket.key, ticket.merged_into, ticket.solved_at))
    for source, target, at in merges:
        # A ticket may be merged into one that is told later, and never into one that nobody has seen.
        if target in store.tickets:
            store.merge(source, target, at)
    for ticket in company.support_tickets:
        if ticket.key in store.tickets and ticket.deleted_at is not None and ticket.deleted_at <= as_of:
            store.delete(ticket.key, ticket.deleted_at)
    return store


def _user(ticket: SupportTicket) -> dict[str, Any]:
    role = "agent" if ticket.is_internal else "end-user"
    host = "acme.example" if ticket.is_internal else "customer.example"
    user_id = _number(ticket.requester)
    return {
        "id": user_id,
        "url": f"{_API}/users/{user_id}.json",
        "name": f"User {ticket.requester}",
        "email": f"{ticket.requester.lower()}@{host}",
        "external_id": ticket.requester,
        "role": role,
        "organization_id": None,
    }


def _ticket(ticket: SupportTicket, user: dict[str, Any], as_of: datetime) -> dict[str, Any]:
    solved_at = ticket.solved_at if ticket.solved_at is not None and ticket.solved_at <= as_of else None
    updated_at = solved_at or ticket.opened_at
    channel, ticket_id = _CHANNELS[_number(ticket.key) % len(_CHANNELS)], ticket.key
    return {
        "id": int(ticket_id),
        "url": f"{_API}/tickets/{ticket_id}.json",
        "external_id": None,
        "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": stamp(ticket.opened_at),
        "updated_at": stamp(updated_at),
        "generated_timestamp": int((updated_at + _TOLD_AFTER).timestamp()),
        "type": "question",
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": ticket.text,
        "priority": "normal",
        "status": "solved" if solved_at else "open",
        "recipient": None,
        "requester_id": user["id"],
        "submitter_id": user["id"],
        "assignee_id": None,
        "organization_id": None,
        "group_id": None,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "tags": list(ticket.tags),
        "custom_fields": [{"id": _STORY_FIELD, "value": ticket.story}],
        "satisfaction_rating": {"score": "unoffered"},
        "brand_id": _BRAND["id"],
        "metric_set": {"ticket_id": int(ticket_id), "solved_at": stamp(solved_at) if solved_at else None},
    }


def _number(key: str) -> int:
    return int(hashlib.sha256(key.encode()).hexdigest()[:10], 16)


class _Demo:
    """The company's help desk. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the account."""
        table = {"host": SITE, "email": "demo@acme.example"}
        signed = ZendeskConnection(url=SITE, email="demo@acme.example", token=SecretStr(_TOKEN)).authorization
        rules = {"support": {"topics": topic_rules(company)}}
        return Played(serve(account(company, as_of, tokens={signed})), table, {"token": _TOKEN}, rules)


DEMO: Demo = _Demo()

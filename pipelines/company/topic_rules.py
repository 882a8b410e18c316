"""The frozen rules by which the company tells support tickets apart, and what somebody said who read some of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.falls import hopes_of, topic_of
from pipelines.company.operations import SupportTicket
from pipelines.company.topics import WISH
from pipelines.company.trials import DAY_MS

# So many of what a rule finds are read, each some time after it was asked.
_READ = 80
_READ_AFTER = timedelta(days=2)
_PATTERNS: dict[str, tuple[str, ...]] = {
    "how to export data": (r"\bexport", r"\bcsv\b", r"\bdownload", r"\bspreadsheet", "télécharger", "تصدير"),
    "saved filters": (r"\bfilter", "フィルター"),
    "checkout": (r"\bcheckout\b", r"\bguest\b", r"\bcannot pay\b", "paiement", "bezahlen"),
    "appearance": (r"\bdark mode\b", r"\btheme\b", r"\btoo bright\b", "modo oscuro"),
    "bulk edit": (r"\bbulk\b", r"\bat once\b", "mehrere artikel"),
    "gift cards": (r"\bgift card", r"\bvoucher\b", "carte cadeau"),
    "audit trail": (r"\bwho changed\b", r"\bauditors\b", "änderungsprotokoll"),
    "sign-in": (r"\blog in\b", r"\bsso\b", r"\bpassword\b", r"\bsign-on\b", "anmeld"),
    "billing": (r"\binvoice\b", r"\bcharged\b", r"\bmy plan\b", "rechnung"),
}
# What users wish for, in the words that somebody thought of; slips of the hand are not among them.
_WISHES: dict[str, tuple[str, ...]] = {
    "add excel format": ("excel", "xlsx"),
    "schedule exports": ("every monday by itself", "schedule the export"),
    "choose columns": ("choose the columns", "too many columns"),
    "share filters": ("share a filter", "sharing of filters"),
    "default filter": ("filter to be the default", "open with my own filter"),
    "pay by invoice": ("payment by invoice", "pay by invoice"),
    "remember address": ("remember my address", "type my address"),
    "follow the system": ("follow my system", "switch with my phone"),
    "undo bulk edits": ("be an undo", "undo a bulk edit"),
    "show balance": ("balance of the card", "what is left on it"),
    "keep it longer": ("for ten years", "history is too short"),
    "passkeys": ("passkey",),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Somebody read a ticket that a rule had found, and said whether it is about the topic."""

    topic: str
    ticket: SupportTicket
    at: datetime
    is_about: bool


def topic_rules(company: Company) -> list[dict[str, Any]]:
    """Return the rules as the settings tell them; some name the story by whose launch their topic is hoped to fall."""
    hopes = hopes_of(company) if company.scale.users else {}
    rules: list[dict[str, Any]] = []
    for topic, patterns in _PATTERNS.items():
        rule: dict[str, Any] = {
            "topic": topic,
            "frozen_on": f"{company.begins_at:%Y-%m-%d}",
            "patterns": list(patterns),
        }
        if topic in hopes:
            story, day = hopes[topic]
            launched = datetime.fromtimestamp(day * DAY_MS / 1000, company.begins_at.tzinfo)
            rule |= {"stories": [story], "compare_at": f"{launched:%Y-%m-%d}"}
        rules.append(rule)
    frozen_on = f"{company.begins_at:%Y-%m-%d}"
    return rules + [
        {"topic": wish, "kind": "request", "frozen_on": frozen_on, "patterns": list(patterns)}
        for wish, patterns in _WISHES.items()
    ]


def wishes_in(ticket: SupportTicket) -> list[str]:
    """Return the wishes that the rules find in a ticket."""
    return [wish for wish, patterns in _WISHES.items() if _finds(patterns, ticket)]


def topics_in(ticket: SupportTicket) -> set[str]:
    """Return the topics whose rules find anything in a ticket."""
    return {topic for topic, patterns in _PATTERNS.items() if _finds(patterns, ticket)}


def judgements(company: Company, as_of: datetime) -> Iterator[Judgement]:
    """Yield what was said by a moment of the tickets that somebody read."""
    titles = {story.key: story.title for story in company.stories}
    dice = Dice(company.seed, "reads tickets")
    for topic, patterns in _PATTERNS.items():
        kept = [ticket for ticket in company.support_tickets if ticket.deleted_at is None]
        found = [ticket for ticket in kept if _finds(patterns, ticket)]
        read = sorted(found, key=lambda ticket: (dice.of(topic, ticket.key).unit(), ticket.key))[:_READ]
        for ticket in sorted(read, key=lambda ticket: ticket.opened_at):
            at = ticket.opened_at + _READ_AFTER
            if at <= as_of:
                yield Judgement(topic, ticket, at, _subject(titles, ticket) == topic)


def _finds(patterns: tuple[str, ...], ticket: SupportTicket) -> bool:
    text = "\n".join((ticket.subject, *ticket.tags, ticket.text))
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _subject(titles: dict[str, str], ticket: SupportTicket) -> str:
    """Return what a ticket is about; a wish is about the topic of the feature that it is for."""
    if ticket.topic != WISH or ticket.story is None:
        return ticket.topic
    topic = topic_of(titles[ticket.story])
    return topic.key if topic else WISH

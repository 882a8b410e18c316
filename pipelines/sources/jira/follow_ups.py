"""Makes one ticket of ours in the project of another, tied to it, and finds it again by that tie.

Jira knows no key that makes a ticket arrive once, and its search lags behind, so nothing is told from that. A ticket is
asked for together with its link, and a ticket's own links are always up to date: one that arrived is among those of its
origin and bears our mark. Where a site takes no link with a new ticket, its origin notes before that one is being made;
what is not known then is never guessed.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.jira.reach import PROPERTY, JiraReach
from pipelines.sources.jira.rights import TICKETS
from pipelines.sources.live import MissingError, VendorError
from pipelines.sources.once import taken
from pipelines.sources.writing import LostError, Mark, NewTicket, NotTakenError, Sight, Standing, UnsentError

_LINKS = "issuelinks"
# Whatever the site calls its follow-ups, every Jira begins with this type.
_RELATED = "relates to"
_MOST_SAID = 300


class JiraFollowUpWriter(JiraReach):
    """Makes tickets on one site. Implements `Writer`."""

    _needs = TICKETS

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:  # noqa: ARG002 - `Writer`'s
        """Ask for the ticket, what it remembers, and the one that it remembers, else for those that it is tied to."""
        origin = self._http.get(f"{self._api}/issue/{ticket}", {"fields": _LINKS}).json()
        origin_id, key = str(origin["id"]), str(origin["key"])
        line = self._line(origin_id, mark)
        known = [str(one) for one in dict.fromkeys((line.get("ticket_id"), known_id)) if one]
        found = next(filter(None, map(self._key_of, known)), None) or self._tied(origin, mark)
        if found is None and not known and line.get("is_begun"):
            raise NotTakenError(
                f"nobody knows whether the follow-up of {key} was made, since this site takes no link with a new "
                f"ticket; look for it and link it to {key}, then `--approve` finds it; where there is none, make it by "
                "hand and `--reject` this one"
            )
        # Once it is made it is the team's, whatever becomes of its words.
        standing = None if found is None else Standing(found, mark.content_hash, is_edited=False)
        return Sight(origin_id, key, standing, known[0] if known else None)

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Make the ticket, marked and tied to its origin from its first moment on, and return its key."""
        assert isinstance(body, NewTicket), "a ticket is made of a ticket"
        tie = self._tie(sight.ticket_key, body.relations)
        value = {**asdict(mark), "origin_id": sight.ticket_id, "tie": tie}
        asked = {"fields": _fields(sight, body), "properties": [{"key": PROPERTY, "value": value}]}
        if tie is not None:
            refused, key = self._create({**asked, "update": {_LINKS: [{"add": tie}]}})
            if key is not None:
                return self._confirmed(key, value)
            if _LINKS not in refused:
                raise _refusal(refused)
        return self._confirmed(self._untied(sight, asked, mark), value)

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Do nothing: a ticket that stands is never written anew."""

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Let the origin remember the ticket, and tie them where they are not."""
        made = self._http.get(f"{self._api}/issue/{remote_id}", {"fields": _LINKS}).json()
        line = {"ticket_id": str(made["id"]), "ticket_key": str(made["key"]), "message_id": mark.message_id}
        self._remember(sight.ticket_id, mark, line)
        tie = mapping_of(self._property(f"issue/{made['id']}")).get("tie")
        if tie and sight.ticket_id not in _others(made):
            other = "outwardIssue" if "inwardIssue" in tie else "inwardIssue"
            self._once.send("POST", f"{self._api}/issueLink", {**tie, other: {"key": str(made["key"])}})

    def _untied(self, sight: Sight, asked: dict[str, Any], mark: Mark) -> str:
        """Make a ticket that is tied afterwards; its origin notes first that it is being made."""
        try:
            self._remember(sight.ticket_id, mark, {"message_id": mark.message_id, "is_begun": True})
        except LostError as error:
            raise UnsentError(str(error)) from None
        try:
            refused, key = self._create(asked)
        except UnsentError:
            self._forget(sight, mark)
            raise
        if key is None:
            self._forget(sight, mark)
            raise _refusal(refused)
        return key

    def _forget(self, sight: Sight, mark: Mark) -> None:
        try:
            self._remember(sight.ticket_id, mark, None)
        except VendorError as error:
            raise NotTakenError(f"{sight.ticket_key} cannot be told that no follow-up was made: {error}") from None

    def _create(self, asked: dict[str, Any]) -> tuple[dict[str, str], str | None]:
        """Return what is said against the fields, or the key of the new ticket."""
        answer = self._once.send("POST", f"{self._api}/issue", asked, readable=(400,))
        told = mapping_of(taken(answer))
        if answer.status == 400:
            errors = {str(name): str(said) for name, said in mapping_of(told.get("errors")).items()}
            said = [str(one) for one in told.get("errorMessages") or ()]
            return errors | ({"ticket": " ".join(said)} if said or not errors else {}), None
        if not told.get("key"):
            raise LostError("jira made a ticket and does not say which it is")
        return {}, str(told["key"])

    def _confirmed(self, key: str, value: dict[str, Any]) -> str:
        """Set the mark where the site made the ticket without it, as old data centers do."""
        try:
            if self._property(f"issue/{key}") is None:
                self._once.send("PUT", f"{self._api}/issue/{key}/properties/{PROPERTY}", value)
        except VendorError as error:
            raise LostError(f"{key} was made, and whether it is marked is not known: {error}") from None
        return key

    def _tie(self, origin: str, relations: Sequence[str]) -> dict[str, Any] | None:
        """Return the link of a ticket that goes on from an origin; None where the site links nothing."""
        try:
            told = self._http.get(f"{self._api}/issueLinkType").json()
        except MissingError:
            return None
        kinds = mapping_of(told).get("issueLinkTypes") or ()
        for phrase in (*relations, _RELATED):
            for kind in kinds:
                for way, name in (("inwardIssue", "inward"), ("outwardIssue", "outward")):
                    if str(kind.get(name)).casefold() == phrase:
                        return {"type": {"name": kind["name"]}, way: {"key": origin}}
        return None

    def _key_of(self, ticket: str) -> str | None:
        try:
            return str(self._http.get(f"{self._api}/issue/{ticket}", {"fields": _LINKS}).json()["key"])
        except MissingError:
            return None

    def _tied(self, origin: Any, mark: Mark) -> str | None:
        for other in _others(origin):
            told = mapping_of(self._property(f"issue/{other}"))
            of = f"{told.get('kind')}/{told.get('epoch')}", told.get("origin_id")
            if of == (mark.place, str(origin["id"])):
                return self._key_of(other)
        return None


def _fields(sight: Sight, ticket: NewTicket) -> dict[str, Any]:
    told: dict[str, Any] = {
        "project": {"key": sight.ticket_key.rpartition("-")[0]}, "issuetype": {"name": ticket.issue_type},
        "summary": ticket.title, "description": ticket.body,
    }  # fmt: skip
    return told | ({"labels": list(ticket.labels)} if ticket.labels else {})


def _others(issue: Any) -> list[str]:
    """Return the ids of the tickets that a ticket is linked to."""
    links = mapping_of(issue.get("fields")).get(_LINKS) or ()
    ends = (link.get("inwardIssue") or link.get("outwardIssue") for link in links)
    return list(dict.fromkeys(str(end["id"]) for end in ends if end))


def _refusal(refused: dict[str, str]) -> NotTakenError:
    said = "; ".join(f"{name}: {' '.join(told.split())}" for name, told in sorted(refused.items()))[:_MOST_SAID]
    return NotTakenError(
        f"jira does not make the ticket ({said}); give such a field a default, or take it off the project's screen for "
        "new tickets, or name another writeback.follow_ups.issue_type; then `--approve` tries it again"
    )

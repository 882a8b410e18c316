"""Makes one issue of ours in the team of another, under an id that is computed, and relates the two.

A second one of the same id is refused by Linear itself, so nothing has to be looked for but that id. A card on the
origin remembers that it was made: one that is gone, or in the trash, was deleted by somebody and is not made again.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.linear.reach import LinearReach, TakenError, id_of
from pipelines.sources.live import MissingError, VendorError
from pipelines.sources.writing import LostError, Mark, NewTicket, NotTakenError, Sight, Standing

_ISSUE = "query OurIssue($id: String!) { issue(id: $id) { id identifier trashed } }"
_TEAM = "query OurTeam($id: String!) { issue(id: $id) { team { id } } }"
_LABELS = """query OurLabels($names: [String!]) {
  issueLabels(first: 250, filter: {name: {in: $names}}) { nodes { id name team { id } } }
}"""
_CREATE = """mutation MakeIssue($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id identifier } }
}"""
_RELATE = """mutation RelateIssues($input: IssueRelationCreateInput!) {
  issueRelationCreate(input: $input) { success issueRelation { id } }
}"""


class LinearFollowUpWriter(LinearReach):
    """Makes issues in one workspace. Implements `Writer`."""

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:  # noqa: ARG002 - `Writer`'s
        """Ask for the issue, our card on it, and the follow-up by its id."""
        origin = self._client.query(_ISSUE, {"id": ticket})["issue"]
        if origin.get("trashed"):
            raise MissingError(f"linear has {ticket} in its trash")
        origin_id = str(origin["id"])
        made = self._issue(id_of("ticket", origin_id, mark.place))
        is_noted = bool(known_id or made or self._card(origin_id, mark).get("is_posted"))
        standing = None
        if made and not made.get("trashed"):
            # Once it is made it is the team's, whatever becomes of its words.
            standing = Standing(str(made["identifier"]), mark.content_hash, is_edited=False)
        return Sight(origin_id, str(origin["identifier"]), standing, known_id or mark.place if is_noted else None)

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Make the issue under its id, and return its identifier."""
        assert isinstance(body, NewTicket), "a ticket is made of a ticket"
        team = str(self._client.query(_TEAM, {"id": sight.ticket_id})["issue"]["team"]["id"])
        issue_id = id_of("ticket", sight.ticket_id, mark.place)
        asked = {"id": issue_id, "teamId": team, "title": body.title, "description": body.body}
        labels = self._labels(body.labels, team)
        try:
            data = self._write(_CREATE, {"input": asked | ({"labelIds": labels} if labels else {})})
        except TakenError as error:
            there = self._confirmed(issue_id)
            if there is None:
                raise NotTakenError("linear keeps the id of a follow-up of ours that somebody deleted") from error
            return str(there["identifier"])
        made = mapping_of(mapping_of(data.get("issueCreate")).get("issue"))
        if not made.get("identifier"):
            raise LostError("linear made an issue and does not say which it is")
        return str(made["identifier"])

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Do nothing: an issue that stands is never written anew."""

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Relate the issue to its origin, and let the origin's card say that it was made."""
        if self._card(sight.ticket_id, mark).get("is_posted"):
            return
        ends = {"issueId": id_of("ticket", sight.ticket_id, mark.place), "relatedIssueId": sight.ticket_id}
        relation = {"id": id_of("relation", sight.ticket_id, mark.place), "type": "related", **ends}
        # An earlier attempt may have come this far.
        with suppress(TakenError):
            self._write(_RELATE, {"input": relation})
        told = {"message_id": mark.message_id, "kind": mark.kind, "epoch": mark.epoch, "issue": remote_id}
        self._keep(sight.ticket_id, mark, {**told, "is_posted": 1})

    def _issue(self, issue_id: str) -> dict[str, Any] | None:
        try:
            found = self._client.query(_ISSUE, {"id": issue_id}).get("issue")
        except MissingError:
            return None
        return dict(found) if found else None

    def _confirmed(self, issue_id: str) -> dict[str, Any] | None:
        try:
            return self._issue(issue_id)
        except VendorError as error:
            raise LostError(str(error)) from None

    def _labels(self, names: tuple[str, ...], team: str) -> list[str]:
        """Return the ids of labels that the team may use.

        Raises:
            NotTakenError: there is none of such a name.
        """
        if not names:
            return []
        found = self._client.query(_LABELS, {"names": list(names)})["issueLabels"]["nodes"]
        known = {one["name"]: str(one["id"]) for one in found if mapping_of(one.get("team")).get("id") in (None, team)}
        missing = [name for name in names if name not in known]
        if missing:
            raise NotTakenError(
                f"linear has no label {', '.join(missing)} that this team may use; make it there, or take it out of "
                "writeback.follow_ups.labels; then `--approve` tries it again"
            )
        return [known[name] for name in names]

"""Turns the tickets of a page into records: each with its whole history, and with the lists that it shows in part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.sources.base import BadRecord, RawRecord, mapping_of
from pipelines.sources.jira.pages import comments, updated_ms
from pipelines.sources.jira.recording import cut_short, linked_at, list_record, united, version_of
from pipelines.sources.jira.sites import Site
from pipelines.sources.live import BadAnswerError, Memory, MissingError


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of one site, as it tells them and as the log knows them."""

    site: Site
    instance: str
    memory: Memory

    def records(self, page: Sequence[Any], settled_ms: int = 0) -> Iterator[RawRecord | BadRecord]:
        """Yield what is new of these tickets.

        Args:
            settled_ms: what was updated before this is the same ticket if the time of its update is the same.

        Raises:
            VendorError: a history or a list cannot be read.
        """
        known = self.memory.bodies("issues", [str(issue["id"]) for issue in page])
        new = [
            issue
            for issue in page
            if updated(known.get(str(issue["id"]))) != updated(issue) or updated_ms(issue) >= settled_ms
        ]
        logs = self.site.histories(new)
        for issue in new:
            log = logs.get(str(issue["id"]))
            if log is None and _has_history(known.get(str(issue["id"]))):
                if self.found(str(issue["id"])) is None:
                    yield self.deletion(issue)
                    continue
                raise BadAnswerError(f"jira gives no history of {issue['key']}, which has one; try later")
            total = mapping_of(issue.get("changelog")).get("total", len(log or ()))
            whole = united({**issue, "changelog": {"total": total}}, log or [])
            if (bad := cut_short(self.instance, whole)) is not None:
                yield bad
                continue
            yield RawRecord(self.instance, "issues", str(issue["id"]), whole, version_of(issue))
            yield from self._lists(whole)

    def _lists(self, issue: Any) -> Iterator[RawRecord]:
        page = mapping_of(issue["fields"].get("comment"))
        if int(page.get("total") or 0) > len(page.get("comments") or ()):
            yield list_record(self.instance, "comments", issue, comments(self.site, issue["key"]))
        if linked_at(issue):
            links = self.site.http.get(f"{self.site.api}/issue/{issue['id']}/remotelink").json()
            yield list_record(self.instance, "remotelinks", issue, links)

    def found(self, issue: str) -> Any:
        """Return a ticket by id, None where it is gone."""
        try:
            return self.site.issue(issue)
        except MissingError:
            return None

    def deletion(self, issue: Any) -> RawRecord:
        """Return the record that a ticket is gone."""
        version = version_of(issue)
        body = {"key": issue["key"], "last_updated_at": version.isoformat() if version else None}
        return RawRecord(self.instance, "deletions", str(issue["key"]), body)


def updated(issue: Any) -> Any:
    """Return when a ticket says it was updated, as it says it; None where there is none."""
    return mapping_of(mapping_of(issue).get("fields")).get("updated")


def project_of(issue: Any) -> str:
    """Return the key of a ticket's project."""
    project = mapping_of(mapping_of(issue["fields"]).get("project")).get("key")
    return str(project or str(issue["key"]).rpartition("-")[0])


def _has_history(issue: Any) -> bool:
    return bool(mapping_of(mapping_of(issue).get("changelog")).get("histories"))

"""Walks a Zendesk account: what changed since the cursor, page by page, and what a merged ticket was merged into."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.clock import now
from pipelines.events.ids import canonical_json
from pipelines.sources.base import BadRecord, RawRecord, mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import (
    BadAnswerError,
    Finding,
    Memory,
    MissingError,
    Network,
    RefusedError,
    Step,
    Target,
    VendorError,
)
from pipelines.sources.values import rows, text
from pipelines.sources.zendesk.connection import ZendeskConnection
from pipelines.sources.zendesk.limits import ZendeskLimits
from pipelines.sources.zendesk.recording import users_by_id
from pipelines.sources.zendesk.tickets import is_deleted, is_merged, merge_comment, record
from pipelines.sources.zendesk.values import version_of

_EXPORT = "/api/v2/incremental/tickets/cursor.json"
_WALK = "tickets"
# Where a cursor is no longer taken, so much is asked for again.
_OVERLAP_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of the export.

    Attributes:
        after: where the next page begins, None where the answer does not tell.
    """

    tickets: list[Any]
    users: Mapping[str, Any]
    after: str | None
    is_last: bool


class ZendeskCollector:
    """Reads one account. Implements `Collector`."""

    def __init__(self, connection: ZendeskConnection, network: Network) -> None:
        self._connection = connection
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=ZendeskLimits(), network=network)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the account."""
        yield Target(self._connection.instance, "the account")

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:  # noqa: ARG002 - the seam's
        """Walk what changed.

        The export is a feed that only grows at its end, in the order of change, and a cursor is a place in it. So it
        moves with each page, in the transaction that keeps the page: a walk that is cut off goes on there, and what
        changed meanwhile stands further on. What changed within the last minute is not told yet, and comes next time.
        """
        kept = mapping_of(memory.cursor(_WALK))
        cursor, newest = text(kept.get("after_cursor")), int(kept.get("newest_seconds") or 0)
        brands, read, is_first = self._brand_ids(), 0, True
        while True:
            page = self._page(cursor, newest, is_first=is_first)
            if not page.is_last and page.after in (None, cursor):
                raise BadAnswerError("zendesk promises another page and names none that is new; try later")
            records = list(self._records(target.instance, self._kept(page.tickets, brands, memory), page.users, memory))
            cursor, is_first, read = page.after or cursor, False, read + len(page.tickets)
            newest = max(newest, *(_seconds(row) for row in page.tickets), 0)
            yield Step(records, {_WALK: {"after_cursor": cursor, "newest_seconds": newest}}, (read, 0))
            if page.is_last:
                return

    def _page(self, cursor: str | None, newest: int, *, is_first: bool) -> _Page:
        if cursor is None:
            return self._asked({"start_time": self._start(newest)})
        try:
            return self._asked({"cursor": cursor})
        except BadAnswerError:
            if not is_first:
                raise
            # An old cursor may be refused, as after an account moved: its time is known, too.
            return self._asked({"start_time": self._start(newest)})

    def _start(self, newest: int) -> int:
        day = self._connection.start_on
        first = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) if day else 0
        return max(newest - _OVERLAP_SECONDS, first, 0)

    def _asked(self, place: Mapping[str, Any]) -> _Page:
        # Side-loaded: who asked, to tell our own people; and when it was solved, which no ticket tells.
        asked = {**place, "per_page": self._connection.page_size, "include": "users,metric_sets"}
        told = self._http.get(_EXPORT, asked).json()
        tickets = mapping_of(told).get("tickets")
        if not isinstance(tickets, list) or not isinstance(told.get("end_of_stream"), bool):
            raise BadAnswerError("zendesk answers an export with something that is no page of tickets; try later")
        after = text(told.get("after_cursor"))
        return _Page(tickets, users_by_id(told.get("users")), after, told["end_of_stream"])

    def _kept(self, tickets: list[Any], brands: set[str] | None, memory: Memory) -> list[Any]:
        """Leave out what other brands got, but for a ticket that was of ours once: its history goes on."""
        if brands is None:
            return tickets
        others = [row for row in rows(tickets) if not is_deleted(row) and str(row.get("brand_id")) not in brands]
        known = memory.bodies("tickets", [str(row.get("id")) for row in others])
        left_out = {id(row) for row in others if str(row.get("id")) not in known}
        return [row for row in tickets if id(row) not in left_out]

    def _brand_ids(self) -> set[str] | None:
        if not self._connection.brands:
            return None
        shown = {str(brand.get("subdomain")): str(brand["id"]) for brand in self._brands()}
        missing = [name for name in self._connection.brands if name not in shown]
        if missing:
            raise MissingError(_not_shown(missing[0], shown))
        return {shown[name] for name in self._connection.brands}

    def _records(
        self, instance: str, tickets: Sequence[Any], users: Mapping[str, Any], memory: Memory
    ) -> Iterator[RawRecord | BadRecord]:
        newest: dict[str, Mapping[str, Any]] = {}
        for place, row in enumerate(tickets):
            key = text(mapping_of(row).get("id"))
            if key is None:
                reason = "a ticket of the export is no object with an id"
                yield BadRecord(instance, "tickets", f"export[{place}]", reason, canonical_json(row))
            elif key not in newest or _seconds(row) >= _seconds(newest[key]):
                newest[key] = row
        merged = [key for key, row in newest.items() if is_merged(row) and not is_deleted(row)]
        known = memory.bodies("tickets", merged) if merged else {}
        for key, row in newest.items():
            merge = self._merge(key, mapping_of(known.get(key))) if key in merged else None
            yield record(instance, row, users, merge)

    def _merge(self, ticket: str, known: Mapping[str, Any]) -> Any:
        """Return the comment that merged a ticket away: the known one, since a closed ticket gets no other."""
        if known.get("merge_comment"):
            return known["merge_comment"]
        asked = {"sort": "-created_at", "page[size]": 100}
        try:
            told = self._http.get(f"/api/v2/tickets/{ticket}/comments.json", asked).json()
        except MissingError:
            return None
        return merge_comment(mapping_of(told).get("comments"))

    def examine(self) -> Iterator[Finding]:
        """Try address, clock, token, role and brands."""
        try:
            answer = self._http.get("/api/v2/users/me.json")
            me = mapping_of(mapping_of(answer.json()).get("user"))
            # Nobody is told as an anonymous user, and not refused.
            if text(me.get("id")) is None:
                raise RefusedError("zendesk does not know the token, and answers as to nobody")
        except VendorError as error:
            yield Finding("act", f"{error} (sources.zendesk.url, sources.zendesk.email, STORYLINE_ZENDESK_TOKEN)")
            return
        yield Finding("ok", f"zendesk answers at {self._connection.url} and knows the token.")
        if me.get("role") != "admin":
            yield Finding("act", "zendesk lets only an administrator's token read exports; make the token of one.")
        if answer.is_by_another_clock:
            sentence = f"this machine's clock and zendesk's differ: ours {now():%H:%M}, zendesk's {answer.date:%H:%M}"
            yield Finding("warn", f"{sentence} UTC.")
        shown = {target.name for target in self.offered()}
        for brand in self._connection.brands:
            is_shown = brand in shown
            sentence = f"zendesk shows brand {brand}." if is_shown else f"{_not_shown(brand, shown)}."
            yield Finding("ok" if is_shown else "act", sentence)

    def offered(self) -> list[Target]:
        """List the brands that the token can see, by sub-domain."""
        return [Target(self._connection.instance, str(brand.get("subdomain"))) for brand in self._brands()]

    def _brands(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        asked: dict[str, Any] = {"page[size]": 100}
        while True:
            told = mapping_of(self._http.get("/api/v2/brands.json", asked).json())
            found += [brand for brand in rows(told.get("brands")) if text(brand.get("id"))]
            after = text(mapping_of(told.get("meta")).get("after_cursor"))
            if not mapping_of(told.get("meta")).get("has_more") or after in (None, asked.get("page[after]")):
                return found
            asked = {**asked, "page[after]": after}


def _seconds(ticket: Any) -> int:
    version = version_of(ticket)
    return int(version.timestamp()) if version else 0


def _not_shown(brand: str, shown: Any) -> str:
    return f"zendesk shows no brand {brand} to this token; it shows {', '.join(sorted(shown)) or 'none'}"

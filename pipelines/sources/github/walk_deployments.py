"""Walks deployments. Nothing tells when one changes, so some that are known are looked at again each time."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from pipelines.sources.base import RawRecord
from pipelines.sources.github import nodes
from pipelines.sources.github.documents import OF_DEPLOYMENT, STATUSES
from pipelines.sources.github.rows import first_moment, moment
from pipelines.sources.github.walks import Walk, told_at
from pipelines.sources.live import Step

_PAGE = 100
_NEWEST = 40
_IN_TURN = 40
_OPEN = ("queued", "pending", "in_progress", "waiting")


class Deployments:
    """The deployments of one repository."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._kept = walk.cursor("deployments")
        keys = walk.memory.keys("deployments", f"{walk.target.name}/")
        # By node id, of those that are looked at again.
        self._again: dict[str, int] = {}
        self._turn = 0
        self._known = sorted(keys, key=lambda key: int(key.rpartition("/")[2]), reverse=True)

    def looked_at_again(self) -> list[str]:
        """Return node ids of known deployments: the newest, those under way, and others of the last weeks in turn."""
        turn, older = int(self._kept.get("turn") or 0), self._known[_NEWEST:]
        chosen = [*self._known[:_NEWEST], *(self._kept.get("open") or ()), *older[turn : turn + _IN_TURN]]
        bodies = self._walk.memory.bodies("deployments", set(chosen[:_PAGE]))
        created = {key: moment(body.get("created_at")) for key, body in bodies.items()}
        times = [at for at in created.values() if at]
        if not times:
            return []
        horizon = max(times) - timedelta(days=self._walk.connection.rescan_days)
        is_past = any(at < horizon for key, at in created.items() if at and key in older[turn : turn + _IN_TURN])
        self._turn = 0 if is_past or turn + _IN_TURN >= len(older) else turn + _IN_TURN
        recent = (key for key, at in created.items() if at and (at >= horizon or key in self._known[:_NEWEST]))
        found = (bodies[key] for key in sorted(recent))
        self._again = {str(body["node_id"]): body["id"] for body in found if body.get("node_id")}
        return list(self._again)

    def steps(self, again: Sequence[Any], newest: int | None) -> Iterator[Step]:
        """Yield the statuses of those looked at again, and whatever deployments are new."""
        walk, name = self._walk, self._walk.named("deployments")
        still_open = set(self._kept.get("open") or ())
        records = list(self._statuses(again, still_open, self._again))
        kept = {**self._kept, "turn": self._turn, "open": sorted(still_open)[:_PAGE]}
        if records or kept != self._kept:
            yield Step(records, {name: kept})
        top = kept.get("top")
        if newest is None or newest == top:
            return
        first, page = kept.get("first") or newest, int(kept.get("page") or 1)
        while True:
            answer = walk.client.get(walk.address("deployments"), {"per_page": _PAGE, "page": page})
            rows = answer.json()
            new = [row for row in rows if top is None or row["id"] > top]
            records = list(self._records(new, still_open))
            kept |= {"open": sorted(still_open)[:_PAGE]}
            # Newest first: older ones that were never read lie on the pages after this one.
            if len(new) < len(rows) or len(rows) < _PAGE:
                yield Step(records, {name: {**kept, "top": first, "first": None, "page": None}})
                return
            page += 1
            yield Step(records, {name: {**kept, "first": first, "page": page}}, (page * _PAGE, 0))

    def _records(self, rows: Sequence[Any], still_open: set[str]) -> Iterator[RawRecord]:
        for row in rows:
            version = first_moment(row, ("updated_at", "created_at"))
            yield self._walk.record("deployments", f"/{row['id']}", row, version)
        ids = {str(row["node_id"]): row["id"] for row in rows}
        for found in self._walk.client.nodes(STATUSES, list(ids), at_once=_PAGE):
            yield from self._statuses(found, still_open, ids)

    def _statuses(self, found: Sequence[Any], still_open: set[str], ids: dict[str, int]) -> Iterator[RawRecord]:
        for node in found:
            if node is None or node["id"] not in ids:
                continue
            number = ids[node["id"]]
            rows = nodes.statuses(self._walk.client.whole(node, OF_DEPLOYMENT))
            record = self._walk.record("deployment_statuses", f"/{number}", rows, told_at(node, "updatedAt"))
            newest = max(rows, key=lambda row: (str(row["created_at"]), row["id"]), default={"state": "pending"})
            (still_open.add if newest["state"] in _OPEN else still_open.discard)(f"{self._walk.target.name}/{number}")
            yield record

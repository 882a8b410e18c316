"""Puts notes on the charts of an Amplitude project, and releases: each once, by a mark of ours that its text bears."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pipelines.sources.amplitude.connection import AmplitudeConnection
from pipelines.sources.amplitude.limits import AmplitudeLimits
from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import Network, VendorError
from pipelines.sources.once import Once, taken
from pipelines.sources.writing import Form, LostError, Mark, NotTakenError, Sight, Standing

_ANNOTATIONS, _RELEASES = "/api/2/annotations", "/api/2/release"


class AmplitudeMarks:
    """Writes to one project. Implements `Writer`.

    Args:
        kind: `annotation` or `release`.
    """

    vendor = "amplitude"

    def __init__(self, kind: str, connection: AmplitudeConnection, network: Network) -> None:
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=AmplitudeLimits(), network=network)
        self._once = Once(connection.url, headers=headers, limits=AmplitudeLimits(), network=network)
        self.instance, self._is_release = connection.project, kind == "release"
        self._listed: list[Mapping[str, Any]] | None = None

    @property
    def form(self) -> Form:
        """No text, but a payload."""
        return "payload"

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:  # noqa: ARG002 - `Writer`'s
        """List all that there are, once, and look for our mark."""
        ours = (row for row in self._rows() if _sign(mark) in str(row.get(self._text)))
        row = next(ours, None)
        # Whoever words it otherwise may do so: it is there, and stays as it is.
        standing = None if row is None else Standing(str(row.get("id")), mark.content_hash, is_edited=False)
        return Sight(ticket, ticket, standing, None)

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:  # noqa: ARG002 - `Writer`'s
        """Add it, its mark in the same request."""
        # What comes of the request is not known before it was answered; until then what was listed is not sure.
        listed, self._listed = self._listed, None
        answer = self._once.send("POST", *(self._release(body, mark) if self._is_release else self._note(body, mark)))
        told = mapping_of(taken(answer))
        if told.get("success") is False:
            raise NotTakenError(f"amplitude refuses it ({' '.join(str(told.get('error')).split())[:160]})")
        row = mapping_of(told.get("release" if self._is_release else "annotation"))
        if not row.get("id"):
            raise LostError("amplitude took it and does not say under which id")
        self._listed = [*(listed or ()), row]
        return str(row["id"])

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:  # noqa: ARG002 - `Writer`'s
        """Leave it: what happened does not change."""
        raise NotTakenError("a mark on charts is not written anew")

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Note nothing: there is no ticket that could remember it."""

    def close(self) -> None:
        """Close every connection."""
        self._http.close()
        self._once.close()

    @property
    def _text(self) -> str:
        return "description" if self._is_release else "details"

    def _rows(self) -> list[Mapping[str, Any]]:
        if self._listed is None:
            told = mapping_of(self._http.get(_RELEASES if self._is_release else _ANNOTATIONS).json())
            rows = told.get("releases" if self._is_release else "data")
            if not isinstance(rows, list):
                raise VendorError("amplitude lists what it has in another form; nothing is added that may be there")
            self._listed = [mapping_of(row) for row in rows]
        return self._listed

    def _note(self, body: Mapping[str, Any], mark: Mark) -> tuple[str, None]:
        asked = {
            "app_id": self.instance, "date": _moment(body).strftime("%Y-%m-%d"), "label": body["properties"]["title"],
            "details": f"{body['properties']['details']} {_sign(mark)}",
        }  # fmt: skip
        return f"{_ANNOTATIONS}?{urlencode(asked)}", None

    def _release(self, body: Mapping[str, Any], mark: Mark) -> tuple[str, dict[str, Any]]:
        return _RELEASES, {
            "version": body["properties"]["version"], "title": body["properties"]["title"],
            "release_start": _moment(body).strftime("%Y-%m-%d %H:%M:%S"),
            "description": f"{body['properties']['details']} {_sign(mark)}",
            # The note on the charts says it there already.
            "chart_visibility": False, "created_by": "Storyline",
        }  # fmt: skip


def _moment(body: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(body["occurred_at"]).astimezone(UTC)


def _sign(mark: Mark) -> str:
    return f"[storyline {mark.message_id}]"

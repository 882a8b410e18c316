"""How a Jira site is reached by what writes to it: each kind by its own paths, and the properties that remember."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.jira.connection import Deployment, JiraConnection
from pipelines.sources.jira.limits import JiraLimits
from pipelines.sources.jira.rights import COMMENTS, rights
from pipelines.sources.jira.sites import SITES, Site
from pipelines.sources.live import Finding, MissingError, Network, VendorError
from pipelines.sources.once import Once
from pipelines.sources.writing import Form, Mark

PROPERTY = "storyline"


class JiraReach:
    """One site, asked as often as it takes and written to once."""

    vendor = "jira"
    _needs = COMMENTS

    def __init__(self, connection: JiraConnection, network: Network) -> None:
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=JiraLimits(), network=network)
        self._once = Once(connection.url, headers=headers, limits=JiraLimits(), network=network)
        self.instance, self._deployment = connection.instance, connection.told_deployment

    @property
    def form(self) -> Form:
        """A document on the cloud, wiki markup in a data center."""
        return "adf" if self._kind == "cloud" else "wiki"

    def close(self) -> None:
        """Close every connection."""
        self._http.close()
        self._once.close()

    def rights(self, places: Sequence[str]) -> Iterator[Finding]:
        """Ask which permissions the token has in these projects."""
        try:
            api = self._api
        except VendorError as error:
            yield Finding("act", f"{str(error).rstrip('.')}; so nobody knows whether anything may be written")
            return
        yield from rights(self._http, api, places, self._needs)

    @property
    def _kind(self) -> Deployment:
        if self._deployment is None:
            told = self._http.get("/rest/api/2/serverInfo").json()
            self._deployment = "cloud" if mapping_of(told).get("deploymentType") == "Cloud" else "data_center"
        return self._deployment

    @property
    def _site(self) -> Site:
        return SITES[self._kind](self._http)

    @property
    def _api(self) -> str:
        return SITES[self._kind].api

    def _line(self, issue_id: str, mark: Mark) -> Any:
        """Return what a ticket remembers of one thing of ours."""
        return mapping_of(mapping_of(self._property(f"issue/{issue_id}")).get(mark.place))

    def _remember(self, issue_id: str, mark: Mark, line: Any) -> None:
        """Set a line of the ticket's property, which holds one for each thing of ours; None: take it out.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """
        known = mapping_of(self._property(f"issue/{issue_id}"))
        if known.get(mark.place) != line:
            told = {**known, mark.place: line}
            kept = {place: one for place, one in told.items() if one is not None}
            self._once.send("PUT", f"{self._api}/issue/{issue_id}/properties/{PROPERTY}", kept)

    def _property(self, of: str) -> Any:
        try:
            told = self._http.get(f"{self._api}/{of}/properties/{PROPERTY}").json()
        except MissingError:
            return None
        return mapping_of(told).get("value")

"""What the settings say of a Sentry organization, on the vendor's cloud or on a server of one's own."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class SentryConnection(ConnectionSettings):
    """An organization, who asks, and what is walked.

    Attributes:
        url: `https://sentry.io`, `https://de.sentry.io`, or a server of one's own.
        host: of its pages, as it stands in the log; None: as the address tells.
        projects: their slugs. A project is a service.
        incident_query: the search that finds the issues that are incidents; empty: none are.
        history_days: so far back the first walk goes.
        reread_hours: sessions of so many hours are asked for again each time: they come late, from devices.
        token: from STORYLINE_SENTRY_TOKEN.
    """

    walked: ClassVar[str] = "projects"
    asked: ClassVar[tuple[str, ...]] = ("url", "organization", "token")

    url: Annotated[str, Field(description="address")] = "https://sentry.io"
    organization: Annotated[str, Field(description="slug of the organization, as acme")]
    host: str | None = None
    projects: tuple[str, ...] = ()
    incident_query: str = "level:fatal"
    history_days: Annotated[int, Field(ge=1)] = 90
    reread_hours: Annotated[int, Field(ge=0)] = 48
    token: Annotated[SecretStr, Field(description="auth token that reads organization, projects and events")]

    @property
    def authorization(self) -> str:
        """What signs a request in."""
        return f"Bearer {self.token.get_secret_value()}"

    @property
    def instance(self) -> str:
        """The organization, as it stands in the log."""
        host = self.host or urlsplit(self.url).netloc
        return f"{'sentry.io' if host.endswith('.sentry.io') else host}/{self.organization}"

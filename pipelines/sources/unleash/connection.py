"""What the settings say of an Unleash server."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class UnleashConnection(ConnectionSettings):
    """A server, who asks, and what is walked.

    Attributes:
        url: as `https://unleash.acme.example`, or `https://eu.app.unleash-hosted.com/acme`.
        host: of its pages, with their path, as it stands in the log; None: as the address tells.
        projects: ids of the projects to walk.
        token: from STORYLINE_UNLEASH_TOKEN.
    """

    walked: ClassVar[str] = "projects"
    asked: ClassVar[tuple[str, ...]] = ("url", "token")

    url: Annotated[str, Field(description="address, as https://unleash.acme.example")]
    host: str | None = None
    projects: tuple[str, ...] = ()
    token: Annotated[SecretStr, Field(description="personal access token, service account token or admin token")]

    @property
    def instance(self) -> str:
        """The server, as it stands in the log: what a recording of it tells, too."""
        return self.host or site_of(self.url) or self.url


def site_of(address: str) -> str | None:
    """Return host, port and path of an address, None where it has no host; several servers may share one host."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    return f"{host}:{port}{parts.path.rstrip('/')}" if port else f"{host}{parts.path.rstrip('/')}"

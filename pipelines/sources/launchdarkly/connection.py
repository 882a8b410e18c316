"""What the settings say of a LaunchDarkly account, commercial, federal or European."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class LaunchDarklyConnection(ConnectionSettings):
    """An account, and the projects that are walked.

    Attributes:
        url: as `https://app.launchdarkly.com`; federal: `https://app.launchdarkly.us`, Europe:
            `https://app.eu.launchdarkly.com`.
        host: as it stands in the log; None: as the address tells.
        projects: keys of the projects to walk.
        overlap_minutes: so much of the audit log that was read is asked for again.
        token: from STORYLINE_LAUNCHDARKLY_TOKEN.
    """

    walked: ClassVar[str] = "projects"
    asked: ClassVar[tuple[str, ...]] = ("url", "token")

    url: Annotated[str, Field(description="address, as https://app.launchdarkly.com")] = "https://app.launchdarkly.com"
    host: str | None = None
    projects: tuple[str, ...] = ()
    overlap_minutes: Annotated[int, Field(ge=1)] = 10
    token: Annotated[SecretStr, Field(description="access token of a reader")]

    @property
    def instance(self) -> str:
        """The site, as it stands in the log."""
        return self.host or urlsplit(self.url).hostname or self.url

"""What the settings say of a Jira Cloud site."""

import base64
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class JiraConnection(ConnectionSettings):
    """A site, who asks, and what is walked.

    Attributes:
        url: as `https://acme.atlassian.net`.
        email: of the account that the token is of; without it the token is sent as a bearer's.
        projects: keys of the projects to walk.
        overlap_minutes: so much of what was read is asked for again, since Jira's search lags behind.
        token: from STORYLINE_JIRA_TOKEN.
    """

    walked: ClassVar[str] = "projects"
    asked: ClassVar[tuple[str, ...]] = ("url", "email", "token")

    url: Annotated[str, Field(description="address, as https://acme.atlassian.net")]
    email: Annotated[str | None, Field(description="e-mail address that the token belongs to")] = None
    projects: tuple[str, ...] = ()
    overlap_minutes: Annotated[int, Field(ge=1)] = 10
    token: Annotated[SecretStr, Field(description="API token")]

    @property
    def authorization(self) -> str:
        """What signs a request in."""
        token = self.token.get_secret_value()
        if self.email is None:
            return f"Bearer {token}"
        return "Basic " + base64.b64encode(f"{self.email}:{token}".encode()).decode()

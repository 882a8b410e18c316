"""What the settings say of a Jira site, on Atlassian's cloud or in a data center of one's own."""

import base64
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from pipelines.sources.jira.values import site_of
from pipelines.sources.live import ConnectionSettings

Deployment = Literal["cloud", "data_center"]
_CLOUDS = (".atlassian.net", ".atlassian-us-gov-mod.net", ".jira.com")
_GATEWAY = "api.atlassian.com/"


class JiraConnection(ConnectionSettings):
    """A site, who asks, and what is walked.

    Attributes:
        url: as `https://acme.atlassian.net`, or `https://jira.acme.example/jira`.
        host: of its pages, as it stands in the log; None: as the address tells.
        deployment: None: as the address tells, else the site is asked once.
        email: of the account that the token is of; without it the token is sent as a bearer's, as Data Center wants.
        projects: keys of the projects to walk.
        overlap_minutes: so much of what was read is asked for again, since Jira's search lags behind.
        token: from STORYLINE_JIRA_TOKEN.
    """

    walked: ClassVar[str] = "projects"
    asked: ClassVar[tuple[str, ...]] = ("url", "email", "token")

    url: Annotated[str, Field(description="address, as https://acme.atlassian.net")]
    host: str | None = None
    deployment: Deployment | None = None
    email: Annotated[str | None, Field(description="e-mail of the token's account (none on Data Center)")] = None
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

    @property
    def instance(self) -> str:
        """The site, as it stands in the log: what a recording of it tells, too."""
        return self.host or site_of(self.url) or self.url

    @property
    def told_deployment(self) -> Deployment | None:
        """What the settings tell of where it runs; None where only the site itself knows."""
        host = self.instance.partition(":")[0]
        is_cloud = host.endswith(_CLOUDS) or self.instance.startswith(_GATEWAY)
        return self.deployment or ("cloud" if is_cloud else None)

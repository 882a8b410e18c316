"""What the settings say of GitHub, on github.com or on a server of one's own."""

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class GitHubConnection(ConnectionSettings):
    """Where it is, who asks, and what is walked.

    Attributes:
        url: of the API; on a server of one's own `https://host/api/v3`.
        host: of its pages, as it stands in the log; None: as the address of the API tells.
        repositories: as `acme/shop`.
        organizations: every repository of these is walked too, the most recently pushed first.
        app_id: of a GitHub App, where one asks rather than a person.
        installation_id: of that App's installation.
        overlap_minutes: so much of what was read is asked for again.
        rescan_days: runs and deployments so old are looked at again, in turn, since nothing tells when they change.
        job_days: the jobs of runs so old are read; each run costs one request.
        token: from STORYLINE_GITHUB_TOKEN.
        private_key: the App's, in PEM, from STORYLINE_GITHUB_PRIVATE_KEY.
    """

    walked: ClassVar[str] = "repositories"
    asked: ClassVar[tuple[str, ...]] = ("url", "token")

    url: Annotated[str, Field(description="address of the API")] = "https://api.github.com"
    host: str | None = None
    repositories: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    app_id: int | None = None
    installation_id: int | None = None
    overlap_minutes: Annotated[int, Field(ge=1)] = 10
    rescan_days: Annotated[int, Field(ge=1)] = 30
    job_days: Annotated[int, Field(ge=0)] = 90
    token: Annotated[SecretStr | None, Field(description="token that may read the repositories")] = None
    private_key: SecretStr | None = None

    @property
    def graphql_url(self) -> str:
        """Where GraphQL is asked."""
        base = self.url.rstrip("/")
        return f"{base.removesuffix('/v3')}/graphql" if base.endswith("/api/v3") else f"{base}/graphql"

    @property
    def instance(self) -> str:
        """The web host, as it stands in the log."""
        if self.host is not None:
            return self.host
        host = self.url.split("://", 1)[-1].split("/")[0].lower()
        return host.removeprefix("api.")

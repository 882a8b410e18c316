"""What the settings say of a Linear workspace."""

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings

_OF_AN_APP = "lin_oauth_"


class LinearConnection(ConnectionSettings):
    """A workspace, who asks, and what is walked.

    Attributes:
        url: of the API, without `/graphql`.
        workspace: as it stands in the addresses of its issues: `acme` of `https://linear.app/acme/issue/ENG-1`.
        teams: keys of the teams to walk.
        is_oauth: whether the token is an application's, and so a bearer's; one that begins with `lin_oauth_` is.
        overlap_minutes: so much of what was read is asked for again: a row of a history grows for some minutes.
        token: from STORYLINE_LINEAR_TOKEN.
    """

    walked: ClassVar[str] = "teams"
    asked: ClassVar[tuple[str, ...]] = ("workspace", "token")

    url: str = "https://api.linear.app"
    workspace: Annotated[str, Field(description="workspace, as acme of https://linear.app/acme", min_length=1)]
    teams: tuple[str, ...] = ()
    is_oauth: bool = False
    overlap_minutes: Annotated[int, Field(ge=1)] = 15
    token: Annotated[SecretStr, Field(description="personal API key, or an application's token")]

    @property
    def authorization(self) -> str:
        """What signs a request in: an API key stands alone, an application's token is a bearer's."""
        token = self.token.get_secret_value()
        return f"Bearer {token}" if self.is_oauth or token.startswith(_OF_AN_APP) else token

    @property
    def instance(self) -> str:
        """The workspace, as it stands in the log: what a recording of it tells, too."""
        return f"linear.app/{self.workspace}"

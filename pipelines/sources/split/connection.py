"""What the settings say of Split, now Harness FME."""

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings

# There is one Split: it is a service, and nobody runs one of their own.
INSTANCE = "split.io"
_HARNESS_TOKENS = ("pat.", "sat.")


class SplitConnection(ConnectionSettings):
    """Who asks, and what is walked.

    Attributes:
        url: of the admin API.
        workspaces: names or ids of the workspaces to walk; Harness calls them projects.
        token: from STORYLINE_SPLIT_TOKEN.
    """

    walked: ClassVar[str] = "workspaces"
    asked: ClassVar[tuple[str, ...]] = ("token",)

    url: str = "https://api.split.io"
    workspaces: tuple[str, ...] = ()
    token: Annotated[SecretStr, Field(description="admin API key, or a Harness token (pat.…, sat.…)")]

    @property
    def headers(self) -> dict[str, str]:
        """What signs a request in: Harness takes its own tokens in a header of its own."""
        token = self.token.get_secret_value()
        if token.startswith(_HARNESS_TOKENS):
            return {"x-api-key": token}
        return {"Authorization": f"Bearer {token}"}

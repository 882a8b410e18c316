"""What the settings say of repositories that hold several services: by which paths and deployments each is known."""

from pydantic import BaseModel, ConfigDict, Field


class MonorepoService(BaseModel):
    """One service of a repository.

    Attributes:
        paths: how the paths of its files begin; a pull request counts for the services whose paths it touches.
        deployments: a deployment whose environment, task, ref or description is one of these is the service's, where it
            names none itself; `*` stands for anything.
        team: that owns it, where that is another than the repository's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str = Field(min_length=1)
    paths: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    team: str | None = None


class Monorepo(BaseModel):
    """A repository and its services; where several fit a deployment, the first one has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str = Field(min_length=1)
    services: tuple[MonorepoService, ...] = Field(min_length=1)

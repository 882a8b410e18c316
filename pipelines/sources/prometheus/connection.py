"""What the settings say of a Prometheus server, or of whatever answers its API."""

import base64
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from pipelines.events.catalog.monitor import Measure
from pipelines.sources.live import ConnectionSettings

_DAY_SECONDS = 86_400


class Query(BaseModel):
    """A query that is asked, and what its answer means.

    Attributes:
        promql: `$step` in it stands for the step, as in `rate(http_requests_total[$step])`.
        measure: None: as the query's name tells.
        service: the label that tells the service; so do the other four. None: as the label's name tells.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    promql: Annotated[str, Field(min_length=1)]
    measure: Measure | None = None
    service: str | None = None
    environment: str | None = None
    release: str | None = None
    flag_key: str | None = None
    variant: str | None = None

    @property
    def definition(self) -> dict[str, Any]:
        """What the settings say of its meaning, as it goes into each record."""
        return self.model_dump(exclude={"promql"}, exclude_none=True)


class PrometheusConnection(ConnectionSettings):
    """A server, who asks, and what is asked.

    Attributes:
        url: as `https://prometheus.acme.example`, with the path below which its `/api/v1` lies, if any.
        host: of it, as it stands in the log; None: as the address tells.
        queries: by the name that a series has in the marts. A list of names asks for series of these names.
        step_seconds: the bucket of a point; divides a day.
        delay_minutes: so much of the newest past is left for the next run: it may still change.
        reread_hours: so much of what was read is asked for again: values can come late.
        history_days: so far back the first walk goes.
        username: with it the token is its password; without it the token is a bearer's.
        token: from STORYLINE_PROMETHEUS_TOKEN; None where nobody has to sign in.
    """

    walked: ClassVar[str] = "queries"
    # Most servers ask for no token, and a prompt for one could not be left empty.
    asked: ClassVar[tuple[str, ...]] = ("url",)

    url: Annotated[str, Field(description="address, as http://prometheus.acme.example:9090")]
    host: str | None = None
    queries: dict[str, Query] = Field(default_factory=dict)
    step_seconds: Annotated[int, Field(ge=1, le=_DAY_SECONDS)] = 300
    delay_minutes: Annotated[int, Field(ge=0)] = 10
    reread_hours: Annotated[int, Field(ge=0)] = 2
    history_days: Annotated[int, Field(ge=1)] = 90
    username: str | None = None
    token: Annotated[SecretStr | None, Field(description="bearer token, or the user's password")] = None

    @field_validator("queries", mode="before")
    @classmethod
    def _named(cls, told: Any) -> Any:
        if isinstance(told, list | tuple):
            return {name: {"promql": name} for name in told}
        return told

    @field_validator("step_seconds")
    @classmethod
    def _divides_a_day(cls, seconds: int) -> int:
        if _DAY_SECONDS % seconds:
            raise ValueError("must divide a day, as 60, 300 or 900")
        return seconds

    @property
    def authorization(self) -> str | None:
        """What signs a request in, None where nothing does."""
        if self.token is None:
            return None
        token = self.token.get_secret_value()
        if self.username is None:
            return f"Bearer {token}"
        return "Basic " + base64.b64encode(f"{self.username}:{token}".encode()).decode()

    @property
    def instance(self) -> str:
        """The server, as it stands in the log."""
        return self.host or urlsplit(self.url).netloc.rpartition("@")[2] or self.url

"""What the settings say of an Amplitude project, and of what its events may keep."""

import base64
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from pipelines.sources.live import ConnectionSettings

# What the API itself allows in one answer, and some more.
_LARGEST_EXPORT = 4_500_000_000
# Where events are sent to is another host than where all else is asked.
_INGEST = {
    "https://amplitude.com": "https://api2.amplitude.com",
    "https://analytics.eu.amplitude.com": "https://api.eu.amplitude.com",
}
# Of the insert ids of our own events: by it they are known again when they come back. It has no dash, as names of
# devices have: an id that holds the name of its device would be hashed.
INSERT_PREFIX = "storyline."


def _listed(value: Any) -> Any:
    """Take a single name for a list of one, as a person types it."""
    return (value,) if isinstance(value, str | int) else value


class Kept(BaseModel):
    """What of an event is kept, and what makes a user one of our own people.

    Attributes:
        properties: names of event properties that are kept; `*` for all of them.
        user_properties: names of user properties that are kept.
        internal_domains: of e-mail addresses; who has one is one of our own people.
        internal_properties: user properties that say so when they are true.
        exposure_events: event types that tell that a user met a flag.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    properties: tuple[str, ...] = (
        "feature", "surface", "page", "screen", "section", "source", "action", "status", "result", "reason", "method",
        "format", "kind", "type", "plan", "count", "size", "duration_ms", "duration_seconds", "experiment_key",
        "$price", "$quantity", "$revenueType", "$productId",
    )  # fmt: skip
    user_properties: tuple[str, ...] = ("plan", "role", "signup_date")
    internal_domains: tuple[str, ...] = ()
    internal_properties: tuple[str, ...] = ("employee", "is_employee", "is_internal", "internal", "is_test_user")
    exposure_events: tuple[str, ...] = (
        "[Experiment] Exposure", "$exposure", "$feature_flag_called", "feature_flag.evaluation", "Flag Evaluated",
        "Feature Flag Evaluated", "$ld:feature",
    )  # fmt: skip


class AmplitudeConnection(ConnectionSettings, Kept):
    """A project, and since when its events are wanted.

    Attributes:
        url: `https://amplitude.com`, in the EU `https://analytics.eu.amplitude.com`.
        projects: the one project's id, a number, which the keys are of.
        begins_on: first day (UTC) of upload that is exported; None: thirty days before the first run.
        lag_hours: an hour is asked for when it ended so long ago; the vendor itself needs two.
        tail_hours: so many of the newest hours are exported again, for what came late.
        days_per_request: so many days are asked for at once where many are missing.
        max_export_bytes: a larger answer is refused.
        key: from STORYLINE_AMPLITUDE_KEY.
        secret: from STORYLINE_AMPLITUDE_SECRET.
    """

    walked: ClassVar[str] = "projects"
    asked: ClassVar[tuple[str, ...]] = ("url", "projects", "key", "secret")

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    url: Annotated[str, Field(description="address (in the EU https://analytics.eu.amplitude.com)")] = (
        "https://amplitude.com"
    )
    projects: Annotated[
        tuple[str, ...], BeforeValidator(_listed), Field(min_length=1, max_length=1, description="the project's id")
    ]
    begins_on: date | None = None
    lag_hours: Annotated[int, Field(ge=2)] = 3
    tail_hours: Annotated[int, Field(ge=0)] = 6
    days_per_request: Annotated[int, Field(ge=1, le=365)] = 1
    max_export_bytes: Annotated[int, Field(ge=1)] = _LARGEST_EXPORT
    key: Annotated[SecretStr, Field(description="API key")]
    secret: Annotated[SecretStr, Field(description="secret key")]

    @property
    def project(self) -> str:
        """The project's id."""
        return self.projects[0]

    @property
    def ingest_url(self) -> str:
        """Where events are sent to."""
        return _INGEST.get(self.url.rstrip("/"), self.url)

    @property
    def authorization(self) -> str:
        """What signs a request in."""
        told = f"{self.key.get_secret_value()}:{self.secret.get_secret_value()}"
        return "Basic " + base64.b64encode(told.encode()).decode()

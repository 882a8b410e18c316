"""What the settings say of a PagerDuty account."""

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class PagerDutyConnection(ConnectionSettings):
    """An account, who asks, and what is walked.

    Attributes:
        host: of the account's pages, as it stands in the log; the API's own address does not tell whose it is.
        url: of the API; `https://api.eu.pagerduty.com` for accounts in Europe.
        services: names of the services whose incidents are walked; none: all.
        history_days: so far back the first walk goes.
        rescan_days: incidents of so many days are read again each time. One that is open for longer is asked for alone.
        token: from STORYLINE_PAGERDUTY_TOKEN.
    """

    walked: ClassVar[str] = "services"
    asked: ClassVar[tuple[str, ...]] = ("host", "token")

    host: Annotated[str, Field(description="address of the account's pages, as acme.pagerduty.com")]
    url: str = "https://api.pagerduty.com"
    services: tuple[str, ...] = ()
    history_days: Annotated[int, Field(ge=1)] = 365
    rescan_days: Annotated[int, Field(ge=0)] = 30
    token: Annotated[SecretStr, Field(description="REST API key, read-only")]

    @property
    def authorization(self) -> str:
        """What signs a request in."""
        return f"Token token={self.token.get_secret_value()}"

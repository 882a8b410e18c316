"""What the settings say of a Zendesk account."""

import base64
from datetime import date
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from pipelines.sources.live import ConnectionSettings


class ZendeskConnection(ConnectionSettings):
    """An account, who asks, and what is walked.

    Attributes:
        url: as `https://acme.zendesk.com`.
        host: of its pages, as it stands in the log; None: as the address tells.
        email: of the account that the API token is of; without it the token is sent as an OAuth bearer's.
        brands: sub-domains of the brands whose tickets are kept; empty: of all.
        start_on: tickets that changed since this day are read the first time; None: all of them.
        page_size: tickets a request; Zendesk gives 1,000 at most.
        token: from STORYLINE_ZENDESK_TOKEN.
    """

    walked: ClassVar[str] = "brands"
    asked: ClassVar[tuple[str, ...]] = ("url", "email", "token")

    url: Annotated[str, Field(description="address, as https://acme.zendesk.com")]
    host: str | None = None
    email: Annotated[str | None, Field(description="e-mail of the API token's account (none for OAuth)")] = None
    brands: tuple[str, ...] = ()
    start_on: date | None = None
    page_size: Annotated[int, Field(ge=1, le=1_000)] = 500
    token: Annotated[SecretStr, Field(description="API token, or OAuth access token")]

    @property
    def authorization(self) -> str:
        """What signs a request in."""
        token = self.token.get_secret_value()
        if self.email is None:
            return f"Bearer {token}"
        return "Basic " + base64.b64encode(f"{self.email}/token:{token}".encode()).decode()

    @property
    def instance(self) -> str:
        """The account, as it stands in the log: what a recording of it tells, too."""
        return self.host or urlsplit(self.url).hostname or self.url

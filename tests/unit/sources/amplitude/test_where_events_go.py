"""Events are sent to another host than exports are asked of, in the region that the settings name."""

import pytest
from pydantic import SecretStr

from pipelines.sources.amplitude.connection import AmplitudeConnection


@pytest.mark.parametrize(("url", "sent_to"), [
    ("https://amplitude.com", "https://api2.amplitude.com"),
    ("https://amplitude.com/", "https://api2.amplitude.com"),
    ("https://analytics.eu.amplitude.com", "https://api.eu.amplitude.com"),
    ("https://proxy.acme.example", "https://proxy.acme.example"),
])  # fmt: skip
def test_events_go_to_the_region_of_the_project(url: str, sent_to: str) -> None:
    told = AmplitudeConnection(url=url, projects=("1",), key=SecretStr("k"), secret=SecretStr("s"))
    assert told.ingest_url == sent_to

"""The work of a process of its own that tells a played project what waits."""

import time
from datetime import datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from pipelines.settings import Settings
from pipelines.writeback import Asked, send
from tests.contracts.analytics_sites import telling
from warehouse.lock import Locked


def main(ready: Event, home: Path, url: str, moment: datetime) -> None:
    """Send as of a moment, as soon as nobody else does."""
    settings = telling(Settings(home=home), url)
    ready.set()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            send(settings, Asked(), clock=lambda: moment)
        except Locked:
            time.sleep(0.01)
        else:
            return

"""The work of processes of their own that send what waits, by a clock that is so many minutes ahead."""

import time
from datetime import timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from pipelines.clock import now
from pipelines.settings import load_settings
from pipelines.writeback import Asked, send
from tests.unit.outbox.homes import reaching
from warehouse.lock import Locked


def main(ready: Event, home: Path, url: str, host: str, minutes: float, source: str, sends_follow_ups: bool) -> None:
    """Send to a played tracker, as soon as nobody else does."""
    settings = reaching(home, "auto", url, host, source=source, follow_ups={"enabled": sends_follow_ups})
    ready.set()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            send(settings, Asked(), clock=lambda: now() + timedelta(minutes=minutes))
        except Locked:
            time.sleep(0.01)
        else:
            return


def configured(minutes: float) -> None:
    """Send by the settings of this environment."""
    send(load_settings(), Asked(), clock=lambda: now() + timedelta(minutes=minutes))

"""A process of its own that sends what waits: `outbox_worker.py HOME URL HOST MINUTES`, the clock so far ahead."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from pipelines.clock import now
from pipelines.writeback import Asked, send
from tests.unit.outbox.homes import reaching
from warehouse.lock import Locked


def main(home: str, url: str, host: str, minutes: str) -> None:
    settings = reaching(Path(home), "auto", url, host)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            send(settings, Asked(), clock=lambda: now() + timedelta(minutes=float(minutes)))
        except Locked:
            time.sleep(0.01)
        else:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])

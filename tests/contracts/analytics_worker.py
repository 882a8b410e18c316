"""A process of its own that tells a played project what waits: `analytics_worker.py HOME URL MOMENT`."""

import sys
import time
from datetime import datetime
from pathlib import Path

from pipelines.settings import Settings
from pipelines.writeback import Asked, send
from tests.contracts.analytics_sites import telling
from warehouse.lock import Locked


def main(home: str, url: str, moment: str) -> None:
    settings = telling(Settings(home=Path(home)), url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            send(settings, Asked(), clock=lambda: datetime.fromisoformat(moment))
        except Locked:
            time.sleep(0.01)
        else:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])

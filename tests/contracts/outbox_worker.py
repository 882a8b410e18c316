"""A process of its own that sends what waits: `outbox_worker.py HOME URL HOST MINUTES SOURCE WHAT`.

Its clock is MINUTES ahead. WHAT is `comment`, or `follow_up` for the stories that are made too.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

from pipelines.clock import now
from pipelines.writeback import Asked, send
from tests.unit.outbox.homes import reaching
from warehouse.lock import Locked


def main(home: str, url: str, host: str, minutes: str, source: str, what: str) -> None:
    told = {"follow_ups": {"enabled": what == "follow_up"}}
    settings = reaching(Path(home), "auto", url, host, source=source, **told)
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

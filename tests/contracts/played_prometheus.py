"""A played Prometheus for tests: planted series over many days, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

import pipelines.sources.prometheus as prometheus
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.prometheus.connection import PrometheusConnection
from pipelines.sources.prometheus.server import Store, serve
from tests.contracts.collecting import AS_OF, Played, Vendor, collected

SIGNED = "Bearer t0ken"
STEP = 3_600
RATE = "sum by (service, flag, variant) (rate(errors[$step]))"
ASKED = RATE.replace("$step", "3600s")
DAYS = 90


def connected(site: Loopback, **changed: Any) -> PrometheusConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "host": "prometheus.acme.example",
        "queries": {"error_rate": {"promql": RATE}},
        "step_seconds": STEP,
        "history_days": DAYS,
        "token": SecretStr("t0ken"),
    }
    return PrometheusConnection(**(whole | changed))


def run(home: Settings, site: Loopback, *, hours: int = 0, attempts: int = 3, **changed: Any) -> Collected:
    return collected(home, prometheus.SOURCE, connected(site, **changed), hours=hours, attempts=attempts)


def midnight() -> float:
    """The last midnight before the collection, as the vendor counts."""
    return AS_OF.replace(hour=0).timestamp()


def busy(store: Store, days: int = DAYS) -> None:
    """Plant four series of six-hourly points that end with the last midnight; one more ended long ago."""
    first = midnight() - timedelta(days=days - 1).total_seconds()
    for variant in ("on", "off"):
        for service in ("shop", "search"):
            points = [(first + 6 * 3_600 * number, f"0.0{number % 7}") for number in range(4 * (days - 1) + 1)]
            store.plant(ASKED, {"service": service, "flag": "shop-12", "variant": variant}, points)
    store.plant(ASKED, {"service": "gone"}, [(first + 3_600, "0.01")])


@contextmanager
def _play() -> Iterator[Played]:
    store = Store(signed={SIGNED})
    busy(store)

    def forget() -> None:
        """Forget the series that only the first answer tells."""
        store.series[ASKED] = [one for one in store.series[ASKED] if one.metric != {"service": "gone"}]

    with serve(store) as site:
        yield Played(site, lambda home: run(home, site), forget)


VENDORS = (Vendor("prometheus", "/query_range", "/api/v1", None, _play),)

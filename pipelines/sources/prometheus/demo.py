"""Shows what monitoring saw of the demo company's services as a Prometheus server has it at a moment."""

from datetime import datetime
from pathlib import Path

from pipelines.company import Company
from pipelines.company.monitoring import BUCKET, readings
from pipelines.company.operations import Reading
from pipelines.sources.played import Demo, Played
from pipelines.sources.prometheus.server import Store, serve

HOST = "prometheus.acme-demo.example"
_BY = "sum by (service, environment, flag, variant)"
QUERIES = {
    "requests": f"{_BY} (increase(http_requests_total[$step]))",
    "errors": f'{_BY} (increase(http_requests_total{{code=~"5.."}}[$step]))',
    "latency_p95_seconds": (
        "histogram_quantile(0.95, sum by (le, service, environment, flag, variant)"
        " (rate(http_request_duration_seconds_bucket[$step])))"
    ),
}
_TOKEN = "demo-token"  # noqa: S105 - of a vendor that is played


def server(company: Company, as_of: datetime, *, signed: set[str]) -> Store:
    """Return the server with all that was measured by then."""
    store, step = Store(signed=signed), round(BUCKET.total_seconds())
    found: dict[tuple[str, str | None, str | None], list[Reading]] = {}
    for one in readings(company, company.begins_at, as_of):
        found.setdefault((one.service, one.flag, one.variant), []).append(one)
    for (service, flag, variant), series in found.items():
        named = {"service": service, "environment": "production", "flag": flag, "variant": variant}
        metric = {name: value for name, value in named.items() if value is not None}
        for query, promql in QUERIES.items():
            points = [(float(one.at.timestamp() + step), _value(query, one)) for one in series]
            store.plant(promql.replace("$step", f"{step}s"), metric, points)
    return store


def _value(query: str, seen: Reading) -> str:
    if query == "requests":
        return str(seen.requests)
    if query == "errors":
        return str(seen.errors)
    # The quantile of nothing is no number.
    return str(seen.latencies[1]) if seen.requests else "NaN"


class _Demo:
    """The company's monitoring. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the server."""
        table = {
            "host": HOST,
            "step_seconds": round(BUCKET.total_seconds()),
            "history_days": (as_of - company.begins_at).days + 1,
        }
        # An inline table in TOML is written otherwise than JSON's; a key with dots is not.
        table |= {f"queries.{name}.promql": promql for name, promql in QUERIES.items()}
        return Played(serve(server(company, as_of, signed={f"Bearer {_TOKEN}"})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()

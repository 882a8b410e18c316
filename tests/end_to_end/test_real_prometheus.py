"""A real Prometheus, as Debian packs it, tells what was planted into it; and the played one speaks as it does."""

import math
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import pipelines.sources.prometheus as prometheus
from pipelines.collect import Trip, collect
from pipelines.company import Company, Scale, simulate
from pipelines.company.monitoring import BUCKET, readings
from pipelines.company.operations import Reading
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.prometheus.connection import PrometheusConnection
from pipelines.sources.prometheus.server import Store, serve
from warehouse.connection import reader

pytestmark = pytest.mark.heavy
_BY = "sum by (service, flag, variant)"
QUERIES = {
    "requests": {"promql": f"{_BY} (seen_requests)"},
    "latency_p95_seconds": {"promql": f"{_BY} (seen_p95_seconds)"},
    "error_rate": {"promql": f"{_BY} (seen_errors) / {_BY} (seen_requests)"},
    # What is divided by nothing is no number, and what nobody plants is not there.
    "crash_free_rate": {"promql": "(seen_requests - seen_requests) / (seen_requests - seen_requests)"},
    "sessions": {"promql": "nobody_planted_this"},
}


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.small())


@pytest.fixture(scope="module")
def planted(company: Company) -> list[Reading]:
    return list(readings(company, company.ends_at - timedelta(days=60), company.ends_at))


@pytest.fixture(scope="module")
def url(planted: list[Reading], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    missing = [name for name in ("prometheus", "promtool") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{missing[0]} is absent (on Debian: apt-get install prometheus)")
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "planted.txt").write_text(_openmetrics(planted))
    made = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", "planted.txt", "data"]
    subprocess.run(made, cwd=folder, check=True)
    (folder / "prometheus.yml").write_text("")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = [
        "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=100y",
        # A point tells of its own bucket alone, not of the one before.
        "--query.lookback-delta=1m", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
    ]  # fmt: skip
    with subprocess.Popen(started, cwd=folder) as server:
        try:
            yield _ready(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(30)


def _openmetrics(planted: list[Reading]) -> str:
    lines = []
    for name in ("requests", "errors", "p95_seconds"):
        lines.append(f"# TYPE seen_{name} gauge")
        for one in planted:
            value = {"requests": one.requests, "errors": one.errors, "p95_seconds": one.latencies[1]}[name]
            end = (one.at + BUCKET).timestamp()
            lines.append(f"seen_{name}{{{_labels(one)}}} {value} {end:.0f}")
    return "\n".join([*lines, "# EOF", ""])


def _labels(one: Reading) -> str:
    told = {"service": one.service, "flag": one.flag, "variant": one.variant}
    return ",".join(f'{name}="{value}"' for name, value in told.items() if value is not None)


def _ready(url: str) -> str:
    for _ in range(200):
        try:
            if httpx.get(f"{url}/-/ready").status_code == 200:
                return url
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not become ready")


def test_the_collected_points_are_the_planted_ones(url: str, company: Company, planted: list[Reading], tmp_path: Path):
    home = Settings(home=tmp_path / "home")
    connection = PrometheusConnection(url=url, host="real", queries=QUERIES, history_days=60, delay_minutes=0)
    collector = prometheus.SOURCE.collector(connection, Network(attempts=2))
    try:
        done = collect(home, prometheus.SOURCE, collector, Trip("ingest", company.ends_at))
    finally:
        collector.close()
    assert (done.errors, done.taken.reasons) == ([], [])
    told = _told(home)
    expected = {}
    for one in planted:
        values = {"requests": one.requests, "latency_p95_seconds": one.latencies[1]}
        values["error_rate"] = one.errors / one.requests if one.requests else None
        for measure, value in values.items():
            expected[measure, one.service, one.flag, one.variant, one.at] = value
    assert len(expected) > 5_000
    assert {key for key in told if key[0] != "crash_free_rate"} == expected.keys()
    for key, value in expected.items():
        assert (told[key] is None) == (value is None), key
        assert value is None or math.isclose(told[key] or 0, value, rel_tol=1e-9, abs_tol=1e-12), key
    nothing = [value for key, value in told.items() if key[0] == "crash_free_rate"]
    assert len(nothing) == len(planted)
    assert set(nothing) == {None}


def _told(home: Settings) -> dict[tuple[object, ...], float | None]:
    query = """
    select payload ->> 'measure', payload ->> 'service', payload ->> 'flag_key', payload ->> 'variant',
        (point ->> 'at')::timestamptz, (point ->> 'value')::double
    from (select payload, unnest(payload -> 'points' -> '$[*]') as point from log.current_events)
    """
    with reader(home.database) as connection:
        return {tuple(row[:5]): row[5] for row in connection.execute(query).fetchall()}


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "seen_requests", "start": "1772409600", "end": "1772496000", "step": "1s"},
        {"query": "rate(seen_requests", "start": "1772409600", "end": "1772496000", "step": "300s"},
        {"query": "seen_requests", "start": "1772496000", "end": "1772409600", "step": "300s"},
        {"query": "nobody_planted_this", "start": "1772409600", "end": "1772496000", "step": "300s"},
    ],
)
def test_the_played_server_refuses_what_the_real_one_refuses_in_its_words(url: str, asked: dict[str, str]):
    real = httpx.post(f"{url}/api/v1/query_range", data=asked)
    with serve(Store()) as played:
        ours = httpx.post(f"{played.url}/api/v1/query_range", data=asked)
    assert ours.status_code == real.status_code
    told, said = real.json(), ours.json()
    assert said.keys() == told.keys()
    assert {name: said.get(name) for name in ("status", "errorType", "data")} == {
        name: told.get(name) for name in ("status", "errorType", "data")
    }
    assert str(said.get("error"))[:24] == str(told.get("error"))[:24]

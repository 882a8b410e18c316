"""Readers open whole versions, whatever is published meanwhile."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.assets.nights import FIRST, ask
from tests.conftest import ROOT, environment
from warehouse import results
from warehouse.connection import WarehouseError
from warehouse.serving import NotPublishableError, publish, resolve
from warehouse.store import open_log

VERSIONS = 20
# Opens what is published again and again and tells what it saw, until the last version is there.
READER = """
import sys

from pipelines.settings import load_settings
from warehouse.connection import reader
from warehouse.serving import resolve

settings, last = load_settings(), int(sys.argv[1])
number = 0
while number < last:
    with reader(resolve(settings)) as connection:
        (number, one), = connection.execute("select max(number), count(*) from marts.one").fetchall()
        (other, others), = connection.execute("select max(number), count(*) from marts.other").fetchall()
        # A second look at the same version must find the same.
        (again,), = connection.execute("select max(number) from marts.one").fetchall()
    print(number, other, again, one, others, flush=True)
"""


def transformed(settings: Settings, number: int, error: str | None = None, *, is_killed: bool = False) -> None:
    """Put marts of this version into the warehouse; each mart holds its number in as many rows."""
    with open_log(settings, command="planting", since=FIRST) as connection:
        basis = results.Basis(models="planted", log=str(number))
        transform = results.begin_transform(connection, as_of=FIRST, is_partial=False, basis=basis)
        connection.execute("create schema if not exists marts")
        for mart in ("one", "other"):
            connection.execute(
                f"create or replace table marts.{mart} as select {number} as number from range({number})"
            )
        if not is_killed:
            results.end_transform(connection, transform, error=error)


def test_a_reader_in_another_process_never_errs_and_never_sees_a_mix_of_two_versions(settings):
    transformed(settings, 1)
    publish(settings)
    command = [sys.executable, "-c", READER, str(VERSIONS)]
    reading = subprocess.Popen(
        command, cwd=ROOT, env=environment(settings.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert reading.stdout is not None
    seen = [reading.stdout.readline()]
    for number in range(2, VERSIONS + 1):
        transformed(settings, number)
        publish(settings)
    rest, wrong = reading.communicate(timeout=60)
    assert (reading.returncode, wrong) == (0, "")
    looks = [tuple(map(int, line.split())) for line in [*seen, *rest.splitlines()]]
    assert [look for look in looks if len(set(look)) > 1] == []
    numbers = [look[0] for look in looks]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > VERSIONS / 4, "the reader was too slow to prove anything"


def test_a_version_that_is_open_stays_as_it_was_and_older_ones_are_cleared_away(settings):
    for number in (1, 2, 3):
        transformed(settings, number)
        publish(settings)
    before = resolve(settings)
    transformed(settings, 4)
    publish(settings)
    assert ask(before, "select max(number) from marts.one") == [(3,)]
    assert ask(resolve(settings), "select max(number) from marts.one") == [(4,)]
    assert {file.resolve() for file in settings.home.glob("serving*")} == {before, resolve(settings)}


def test_publishing_twice_is_publishing_once(settings):
    transformed(settings, 1)
    first = publish(settings)
    written = first.path.stat().st_mtime_ns
    assert publish(settings) == first
    assert first.path.stat().st_mtime_ns == written


def test_a_disk_that_is_full_leaves_the_version_before_and_the_next_publish_is_whole(settings):
    transformed(settings, 1)
    publish(settings)
    transformed(settings, 2)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(WarehouseError, match=r"serving-\S+ cannot be written: .* make room on the disk"):
            publish(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ask(resolve(settings), "select max(number) from marts.one") == [(1,)]
    publish(settings)
    assert ask(resolve(settings), "select max(number) from marts.one") == [(2,)]


def test_what_a_killed_publish_left_is_never_read_and_is_cleared_away(settings):
    transformed(settings, 1)
    first = publish(settings)
    transformed(settings, 2)
    left: list[Path] = [settings.home / "serving-half.unfinished", settings.home / "serving-half.unfinished.wal"]
    for file in left:
        file.write_bytes(first.path.read_bytes()[:5000])
    assert resolve(settings) == first.path
    publish(settings)
    assert ask(resolve(settings), "select max(number) from marts.one") == [(2,)]
    assert not any(file.exists() for file in left)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        ({"error": "a key twice"}, "the last transform failed: a key twice"),
        ({"is_killed": True}, "the last transform did not end"),
    ],
)
def test_a_transform_that_failed_or_was_killed_is_not_published_and_leaves_the_version_before(settings, ended, reason):
    transformed(settings, 1)
    publish(settings)
    transformed(settings, 2, **ended)
    with pytest.raises(NotPublishableError, match=reason):
        publish(settings)
    assert ask(resolve(settings), "select max(number) from marts.one") == [(1,)]


def test_of_a_warehouse_in_which_nothing_was_transformed_nothing_is_published(settings):
    with open_log(settings, command="planting", since=FIRST):
        pass
    with pytest.raises(NotPublishableError, match="nothing was transformed yet"):
        publish(settings)
    assert not settings.serving.exists()

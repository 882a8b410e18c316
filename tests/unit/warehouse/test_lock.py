"""One writer at a time, and the second one is told who the first is."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.lock import Locked, exclusive, holder

SINCE = datetime(2026, 3, 31, 6, tzinfo=UTC)

_HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse.lock import exclusive
with exclusive(Path(sys.argv[1]), command="storyline nightly", since=datetime(2026, 3, 31, 6, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_writer(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_writer_is_refused_and_told_who_writes_and_since_when(other_writer, tmp_path):
    with pytest.raises(Locked) as refused, exclusive(tmp_path / "lock", command="storyline replay", since=SINCE):
        pass
    assert "`storyline nightly`" in str(refused.value)
    assert f"process {other_writer.pid}" in str(refused.value)
    assert "2026-03-31T06:00:00+00:00" in str(refused.value)


def test_a_writer_that_was_killed_holds_nothing(other_writer, tmp_path):
    other_writer.kill()
    other_writer.wait()
    with exclusive(tmp_path / "lock", command="storyline replay", since=SINCE):
        pass


def test_the_holder_may_enter_again(tmp_path):
    lock = tmp_path / "lock"
    with exclusive(lock, command="a", since=SINCE):
        with exclusive(lock, command="b", since=SINCE):
            pass
        with exclusive(lock, command="c", since=SINCE):
            pass
    assert holder(lock) is None


def test_looking_tells_the_holder_and_frees_nothing(other_writer, tmp_path):
    assert "`storyline nightly`" in holder(tmp_path / "lock")
    assert "`storyline nightly`" in holder(tmp_path / "lock")


def test_no_lock_file_means_nobody_writes(tmp_path):
    assert holder(tmp_path / "lock") is None

"""Which moment the marts speak of, as the log tells it to `storyline transform` and as a bare dbt finds it."""

from datetime import UTC, datetime

from pipelines.models import invoke, parse
from pipelines.settings import Settings
from pipelines.variables import variables
from warehouse import event_log
from warehouse.store import open_log


def test_ages_count_from_the_last_nightly_or_a_later_run_and_dbt_agrees_with_the_log(settings: Settings) -> None:
    # After the nightly of 20 April somebody brought in a backup of March: transform counted ages from March, so tickets
    # of April got negative ones, and a bare dbt counted from 20 April.
    steps = [
        ("replay", "2026-03-31", "2026-03-31"),
        ("import", "2026-03-01", "2026-03-31"),
        ("nightly", "2026-04-20", "2026-04-20"),
        ("replay", "2026-03-31", "2026-04-20"),
        ("replay", "2026-04-21", "2026-04-21"),
        # Who asks a nightly for an earlier moment means it, and one mistyped year is mended by the next night.
        ("nightly", "2062-04-22", "2062-04-22"),
        ("nightly", "2026-04-22", "2026-04-22"),
    ]
    with open_log(settings, command="test", since=moment("2026-03-31")) as log:
        assert event_log.newest_as_of(log) is None
    assert invoke(settings, ["run", "--select", "+int_as_of"], variables(settings), manifest=parse(settings)).success
    found = []
    with open_log(settings, command="test", since=moment("2026-03-31")) as log:
        for command, as_of, _ in steps:
            event_log.record_run(log, event_log.Run(command=command, as_of=moment(as_of)))
            bare = log.execute("select as_of from intermediate.int_as_of").fetchall()
            found.append((event_log.newest_as_of(log), bare))
    assert found == [(moment(expected), [(moment(expected),)]) for _, _, expected in steps]


def moment(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)

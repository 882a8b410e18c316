"""The same rollout, told by different flag services, is the same line of events."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from tests.contracts.collecting import events
from tests.contracts.flag_rollouts import FLAG, PEOPLE, PLANTED, PRODUCTION, Rollout
from warehouse.connection import reader

ROLLOUTS: tuple[Rollout, ...] = tuple(
    importlib.import_module(f"tests.contracts.{file.stem}").ROLLOUT
    for file in sorted(Path(__file__).parent.glob("rollout_*.py"))
)
every_service = pytest.mark.parametrize("service", ROLLOUTS, ids=lambda service: service.vendor)
TRUTH = [(PRODUCTION, step.is_on, step.percentage) for step in PLANTED]


def configured(home: Settings) -> list[tuple[Any, dict[str, Any]]]:
    """When the flag was changed in production and how it then stood, in the order of time."""
    told = [(row[4], json.loads(row[5])) for row in events(home) if row[1] == "flag.configured"]
    assert {payload["flag_key"] for _, payload in told} == {FLAG}
    return sorted(
        ((at, payload) for at, payload in told if payload["environment"] == PRODUCTION), key=lambda one: one[0]
    )


def line(home: Settings) -> list[tuple[Any, tuple[str, bool, float]]]:
    """Each state that lasted, and since when: services differ in how many changes it takes to turn a flag on."""
    found: list[tuple[Any, tuple[str, bool, float]]] = []
    for at, payload in configured(home):
        state = (payload["environment"], payload["is_on"], payload["served_percentage"])
        if found and found[-1][0] == at:
            found[-1] = (at, state)
        elif not found or found[-1][1] != state:
            found.append((at, state))
    # That it stood off before anybody turned it on is no step.
    return found[1:] if found and not found[0][1][1] else found


def test_more_than_one_service_is_compared() -> None:
    assert len(ROLLOUTS) >= 2


@every_service
def test_a_rollout_read_night_by_night_is_the_one_that_was_planted(service: Rollout, settings: Settings) -> None:
    with service.play() as played:
        for hours, step in enumerate(PLANTED):
            played.go(step)
            assert played.collect(settings, hours).errors == []
            # A night in which nothing happened tells of nothing.
            assert played.collect(settings, hours).taken.new_events == 0
    assert [state for _, state in line(settings)] == TRUTH
    assert [at for at, _ in line(settings)] == [step.at for step in PLANTED]


@every_service
def test_a_service_with_a_history_tells_all_of_it_to_the_first_who_asks(service: Rollout, settings: Settings) -> None:
    with service.play() as played:
        for step in PLANTED:
            played.go(step)
        assert played.collect(settings, 0).errors == []
    told = line(settings)
    if service.has_history:
        assert [(at, state) for at, state in told] == list(zip([step.at for step in PLANTED], TRUTH, strict=True))
    else:
        last = configured(settings)[-1][1]
        assert (last["environment"], last["is_on"], last["served_percentage"]) == TRUTH[-1]


@every_service
def test_our_own_people_are_named_apart_from_the_share(service: Rollout, settings: Settings) -> None:
    with service.play() as played:
        for step in PLANTED[:2]:
            played.go(step)
            played.collect(settings, 0)
    last = configured(settings)[-1][1]
    assert last["targeted_segments"] == ["internal"]
    # Where a change does not tell of its environment, the settings do.
    assert last["is_production"] is not False


@every_service
def test_nobody_whom_a_flag_names_is_kept(service: Rollout, settings: Settings) -> None:
    with service.play() as played:
        played.go(PLANTED[0])
        played.collect(settings, 0)
    with reader(settings.database) as connection:
        kept = " ".join(row[0] for row in connection.execute("select body::varchar from log.raw_records").fetchall())
    assert FLAG in kept
    assert [name for name in PEOPLE if name in kept] == []

"""The planted rollout, played on an Unleash."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.unleash.server import Store, serve
from tests.contracts.flag_rollouts import FLAG, PEOPLE, PRODUCTION, Planted, Rollout
from tests.contracts.played_unleash import TOKEN, flexible, run


class Flags(Protocol):
    """What a played and a real server let a person do."""

    def create(self, name: str, **properties: Any) -> None: ...
    def segment(self, name: str, *people: str) -> int: ...
    def add(self, flag: str, environment: str, **strategy: Any) -> str: ...
    def update(self, flag: str, environment: str, strategy_id: str, **strategy: Any) -> None: ...
    def turn(self, name: str, environment: str, *, on: bool) -> None: ...


class Steps:
    """Goes through the rollout on a server, played or real."""

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._strategy = ""

    def go(self, step: Planted) -> None:
        if not step.is_on:
            self._flags.turn(FLAG, PRODUCTION, on=False)
        elif not step.percentage:
            self._flags.create(FLAG)
            staff = self._flags.segment("internal", *PEOPLE)
            self._flags.add(FLAG, PRODUCTION, **flexible(100, segments=[staff]))
            self._flags.turn(FLAG, PRODUCTION, on=True)
        elif not self._strategy:
            self._strategy = self._flags.add(FLAG, PRODUCTION, **flexible(int(step.percentage)))
        else:
            self._flags.update(FLAG, PRODUCTION, self._strategy, **flexible(int(step.percentage)))


class _Played:
    def __init__(self, store: Store, site: Loopback) -> None:
        self._store, self._site, self._steps = store, site, Steps(store)

    def go(self, step: Planted) -> None:
        self._store.at = step.at
        self._steps.go(step)

    def collect(self, home: Settings, hours: int) -> Collected:
        return run(home, self._site, self._store, hours=hours)


@contextmanager
def _play() -> Iterator[_Played]:
    store = Store(tokens={TOKEN}, environments={"development": "development", PRODUCTION: "production"})
    with serve(store) as site:
        yield _Played(store, site)


ROLLOUT = Rollout("unleash", _play, has_history=True)

"""The planted rollout, played on a LaunchDarkly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.launchdarkly.server import Store, serve, shapes
from pipelines.sources.launchdarkly.values import milliseconds
from pipelines.sources.loopback import Loopback
from tests.contracts.flag_rollouts import FLAG, PEOPLE, PRODUCTION, Planted, Rollout
from tests.contracts.played_launchdarkly import TOKEN, done, run

_PROJECT = "shop"
# Our own people, by a segment and one by one.
_INTERNAL = {
    "rules": [shapes.segment_rule(_PROJECT, FLAG, "internal")],
    "targets": [{"values": list(PEOPLE), "variation": 0, "contextKind": "user"}],
}


class _Played:
    def __init__(self, store: Store, site: Loopback) -> None:
        self._store, self._site = store, site

    def go(self, step: Planted) -> None:
        self._store.now_ms = milliseconds(step.at)
        if FLAG not in self._store.flags.get(_PROJECT, {}):
            self._store.create(_PROJECT, FLAG, "CSV export", done(step.at, "createFlag"))
            served: dict[str, Any] = {"on": True, "fallthrough": shapes.rollout(0), **_INTERNAL}
            actions = ("updateOn", "updateRules", "updateTargets", "updateFallthrough")
        elif step.is_on:
            served, actions = {"on": True, "fallthrough": shapes.rollout(step.percentage)}, ("updateFallthrough",)
        else:
            served, actions = {"on": False}, ("updateOn",)
        self._store.configure(_PROJECT, FLAG, PRODUCTION, done(step.at, *actions), served)

    def collect(self, home: Settings, hours: int) -> Collected:
        return run(home, self._site, hours=hours)


@contextmanager
def _play() -> Iterator[_Played]:
    store = Store(tokens={TOKEN})
    store.environments[_PROJECT] = [shapes.environment(_PROJECT, PRODUCTION, is_critical=True)]
    with serve(store) as site:
        yield _Played(store, site)


ROLLOUT = Rollout("launchdarkly", _play, has_history=True)

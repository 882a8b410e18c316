"""The planted rollout, played on a Split."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.split.server import Store, serve
from tests.contracts.flag_rollouts import FLAG, PEOPLE, PRODUCTION, Planted, Rollout
from tests.contracts.played_split import SIGNED, buckets, run

_WORKSPACE = "ws-1"
_TREATMENTS = [{"name": "on", "keys": list(PEOPLE), "segments": ["internal"]}, {"name": "off"}]


class _Played:
    def __init__(self, store: Store, site: Loopback) -> None:
        self._store, self._site = store, site

    def go(self, step: Planted) -> None:
        self._store.at = step.at
        if FLAG not in self._store.flags.get(_WORKSPACE, {}):
            self._store.create(_WORKSPACE, FLAG)
            self._store.define(_WORKSPACE, "env-1", FLAG, treatments=_TREATMENTS)
        elif step.is_on:
            # Half of the traffic is taken in, so twice the share of it must be served, as far as that goes.
            taken = 50 if step.percentage <= 50 else 100
            share = step.percentage * 100 / taken
            self._store.define(_WORKSPACE, "env-1", FLAG, trafficAllocation=taken, defaultRule=buckets(share))
        else:
            self._store.define(_WORKSPACE, "env-1", FLAG, killed=True)

    def collect(self, home: Settings, hours: int) -> Collected:
        return run(home, self._site, self._store, hours=hours)


@contextmanager
def _play() -> Iterator[_Played]:
    store = Store(workspaces={_WORKSPACE: "Shop"}, tokens={SIGNED})
    store.environments[_WORKSPACE] = {"env-1": {"id": "env-1", "name": PRODUCTION, "production": True}}
    with serve(store) as site:
        yield _Played(store, site)


ROLLOUT = Rollout("split", _play, has_history=False)

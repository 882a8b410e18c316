"""What dbt parsed of the shipped models, kept beside them: a home that is new need not parse them again.

Parsing takes most of a quarter of a minute, and ends alike for every home: the settings come in as variables only when
the models run. dbt itself compares what it finds here with the files, and parses what differs.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from pipelines.settings import PROJECT_ROOT, Settings

KEPT = PROJECT_ROOT / "dbt" / "target" / "parsed"
_NAME = "partial_parse.msgpack"


def has_parsed(settings: Settings) -> bool:
    """Tell whether a home has parsed, or borrowed, before."""
    return (settings.dbt_target / _NAME).exists()


def lend(settings: Settings, digest: str) -> None:
    """Give a home that parsed nothing yet what another one parsed.

    Args:
        digest: of the files, and of dbt's versions.
    """
    own, kept = settings.dbt_target / _NAME, KEPT / f"{digest}.msgpack"
    if kept.exists() and not own.exists():
        _put(kept, own)


def keep(settings: Settings, digest: str) -> None:
    """Keep what a home parsed, for the next, and drop what was kept of other models."""
    own, kept = settings.dbt_target / _NAME, KEPT / f"{digest}.msgpack"
    if kept.exists() or not own.exists():
        return
    # An installation that may not be written to parses in each new home, and loses nothing else.
    with suppress(PermissionError):
        _put(own, kept)
        for other in KEPT.glob("*.msgpack"):
            if other != kept:
                other.unlink(missing_ok=True)


def _put(file: Path, to: Path) -> None:
    # Whole or not at all: several homes may parse at the same time.
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f".{to.name}.{os.getpid()}")
    shutil.copyfile(file, part)
    os.replace(part, to)

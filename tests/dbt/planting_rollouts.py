"""Flags without stories: each is a trap, named by what happened to it."""

from typing import Any

from pipelines.events.records import RawRecord
from tests.dbt.planting import SITE, Row, day, fact
from tests.dbt.planting_flags import flag, shares


def records() -> list[RawRecord]:
    """Flags and their changes; each is told by one vendor."""
    return [
        # A raise and a fall within one second: the later version holds, and the moment is one step.
        flag("two-at-once", *shares((34, 10), (35, 50), (35, 5), (36, 100))),
        # A country has it, then nobody knows, then half of all.
        flag("by-country", *shares((34, 0), (35, None), (36, 50), (37, None), (38, 20))),
        # The key is taken by another flag. Its 0 % rolls nothing back, and its rollout is another epoch.
        flag(
            "taken-anew",
            _step("created", "taken-anew", 33),
            *shares((34, 10), (35, 100)),
            _step("deleted", "taken-anew", 40),
            _step("created", "taken-anew", 41),
            *shares((42, 0), (43, 10)),
        ),
        # The newest change arrives first.
        flag("backwards", *reversed(shares((34, 10), (44, 50), (45, 100)))),
        # Archived and taken out again, it serves what it served.
        flag("put-away", *shares((34, 100)), _step("archived", "put-away", 40), _step("restored", "put-away", 50)),
        # A guarded release is begun anew at the same share: other people get it.
        flag("dealt-anew", *shares((34, 10)), _dealt_anew("dealt-anew", 36, 10), *shares((38, 100))),
        # Back to a tenth, and up again: one epoch, as some people had it all the time.
        flag("dipped", *shares((34, 10), (35, 50), (36, 10), (37, 50), (38, 100))),
        # Twenty days at half, then a twentieth is held back for forty.
        flag("held-back", *shares((34, 50), (54, 95), (94, 100))),
        # All have it elsewhere; nobody in production.
        flag("only-elsewhere", *shares((34, 100), environment="staging"), *shares((33, 0))),
        # All have had it for long; one of the two is made to stay.
        flag("left-over", *shares((30, 100))),
        flag("made-to-stay", *shares((30, 100)), _kept("made-to-stay")),
    ]


def _step(what: str, key: str, at: float) -> Row:
    return fact(f"flag.{what}", f"flag:{SITE}/shop/{key}", day(at), {"project": "shop", "flag_key": key})


def _kept(key: str) -> Row:
    told = {"project": "shop", "flag_key": key, "is_temporary": False}
    return fact("flag.updated", f"flag:{SITE}/shop/{key}", day(34), told)


def _dealt_anew(key: str, at: float, share: float) -> Any:
    (made,) = shares((at, share))
    row = made("shop", key)
    row["payload"] |= {"is_rerandomised": True, "version": 9}
    return row

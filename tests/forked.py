"""Processes of their own that are at work at once: each is forked off one that has imported what they need.

A new interpreter imports for over a second. Of a test that kills fifty of them, that would be most.
"""

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipelines.cli import main

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["pipelines.writeback", "pipelines.collect", "pipelines.sources.github", "pipelines.sources.jira"]
)


def forked(work: Callable[..., object], *arguments: Any, env: Mapping[str, str]) -> BaseProcess:
    """Let a process do this work, in this environment and no other."""
    process = _SERVER.Process(target=_within, args=(dict(env), work, arguments), daemon=True)
    process.start()
    return process


def command(*arguments: str | Path, env: Mapping[str, str], told: Path) -> BaseProcess:
    """Run a `storyline` command; what it says is added to the file `told`."""
    return forked(_command, told, [str(one) for one in arguments], env=env)


def ready(work: Callable[..., object], *arguments: Any, env: Mapping[str, str]) -> BaseProcess:
    """The same, and return once it is about to begin: it sets the event that it is given before its arguments."""
    told = _SERVER.Event()
    process = forked(work, told, *arguments, env=env)
    assert told.wait(60), f"it did not begin; its exit code is {process.exitcode}"
    return process


def ended(process: BaseProcess, seconds: float = 60) -> int | None:
    """Wait for its end, and return its exit code: -9 where it was killed; None where it is still at work."""
    process.join(seconds)
    return process.exitcode


def lasting(process: BaseProcess) -> float:
    """Wait for its end, which has to be a good one, and return how many seconds it took from now on."""
    begun = time.monotonic()
    assert ended(process) == 0
    return time.monotonic() - begun


def kill(process: BaseProcess) -> None:
    """Kill it, and return once it is dead. Another thread may wait for its end: only one may take its exit code."""
    process.kill()
    wait([process.sentinel])


class Striking:
    """Kills at random moments within the time that one needs here.

    Attributes:
        struck: how many died at work.
    """

    def __init__(self, seed: int, seconds: float, *, earliest: float = 0.0) -> None:
        """Begin with the time that one needed that nobody killed; `earliest` is the share of it that all are left."""
        self.struck, self._dice, self._seconds, self._earliest = 0, random.Random(seed), seconds, earliest

    def strike(self, process: BaseProcess) -> bool:
        """Kill it, and tell whether it was at work still; where it was not, those to come are killed earlier."""
        time.sleep(self._dice.uniform(self._earliest, 1) * self._seconds)
        if process.exitcode is not None:
            # The first may have been the machine's first, or beside much else: others are faster.
            self._seconds *= 0.9
            return False
        kill(process)
        self.struck += 1
        return True


def _command(told: Path, arguments: list[str]) -> None:
    with told.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["storyline", *arguments]
    main()


def _within(env: dict[str, str], work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    os.environ.clear()  # noqa: TID251 - it is the tester's, as it was when the first process was asked for
    os.environ.update(env)  # noqa: TID251
    work(*arguments)

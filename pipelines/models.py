"""The dbt project as Python sees it: its variables, its manifest, and one way to invoke it.

dbt takes seconds to import, so nothing here imports it before it must run.
"""

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import parsed_models
from pipelines.settings import Settings, exported
from pipelines.variables import variables

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

_READ = ("models", "macros", "data_tests", "seeds")


class ModelsError(RuntimeError):
    """The models cannot be read. The message says what dbt found."""


def manifest(settings: Settings) -> dict[str, Any]:
    """Return dbt's manifest as plain data. dbt parses only when a model, a variable or dbt itself has changed.

    Raises:
        ModelsError: a model cannot be read.
    """
    file, mark = settings.dbt_target / "manifest.json", settings.dbt_target / "manifest.sha256"
    current = fingerprint(settings)
    if not (file.exists() and mark.exists() and mark.read_text() == current):
        parse(settings, is_written=True)
        mark.write_text(current)
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def parse(settings: Settings, *, is_written: bool = False) -> "Manifest":
    """Return dbt's own manifest, parsing only the files that changed since it last did.

    Args:
        is_written: write it as JSON too; that takes longer than to parse nothing new.

    Raises:
        ModelsError: a model cannot be read.
    """
    from dbt.contracts.graph.manifest import Manifest

    command = ["parse", "--write-json" if is_written else "--no-write-json"]
    if settings.has_own_models:
        result = invoke(settings, command, variables(settings))
    else:
        # Of ours no model's place in the graph hangs on a setting, nor on where the file lies.
        # Only a new home borrows, and keeps for the next; for the others every file would be read for nothing.
        digest = None if parsed_models.has_parsed(settings) else _digest_of_files(settings).hexdigest()
        if digest:
            parsed_models.lend(settings, digest)
        result = invoke(settings, command, {}, database=settings.database.name)
        if digest:
            parsed_models.keep(settings, digest)
    if not isinstance(result.result, Manifest):
        raise ModelsError(f"the models in {settings.dbt_project} cannot be read: {one_line(result.exception)}")
    return result.result


def invoke(
    settings: Settings,
    command: Sequence[str],
    values: dict[str, Any],
    *,
    manifest: "Manifest | None" = None,
    database: str = "",
    callback: Callable[[Any], None] = lambda _event: None,
) -> "dbtRunnerResult":
    """Run a dbt command in this process, on the writer's file, and leave none of its connections open.

    Args:
        command: dbt's arguments, the command first.
        values: dbt's variables.
        manifest: what is known already; dbt then parses nothing.
        database: the file's name where it is not opened; the writer's file where empty.
        callback: gets each of dbt's events.
    """
    from dbt.cli.main import dbtRunner

    paths = ["--project-dir", settings.dbt_project, "--profiles-dir", settings.dbt_project]
    paths += ["--target-path", settings.dbt_target, "--log-path", settings.dbt_target / "logs"]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-send-anonymous-usage-stats"]
    runner = dbtRunner(manifest=manifest, callbacks=[callback])
    try:
        with exported(STORYLINE_DATABASE=database or str(settings.database)), _rarely_collected():
            result = runner.invoke([*command, *map(str, paths), *quiet, "--vars", json.dumps(values)])
    finally:
        _close_connections()
    # dbt hands every exception back, also the one with which a person ends the command.
    if isinstance(result.exception, KeyboardInterrupt | SystemExit):
        raise result.exception
    return result


def one_line(error: BaseException | str | None) -> str:
    """Return dbt's words without its line breaks."""
    return " ".join(str(error or "no reason given").split())


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Keep the collector from walking dbt's and Dagster's hundred thousand living objects again and again: a fifth of
    a transform's time.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _close_connections() -> None:
    """Close the file: dbt-duckdb keeps it open for the life of the process, and no writer of ours could open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import cleanup_connections

    cleanup_connections()  # type: ignore[no-untyped-call]
    opened = DuckDBConnectionManager._ENV
    if opened is not None:
        opened.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def fingerprint(settings: Settings) -> str:
    """Return a digest of every model, every variable but the moment, and dbt's own versions."""
    digest = _digest_of_files(settings)
    known = [variables(settings), str(settings.database), str(settings.dbt_project)]
    digest.update(json.dumps(known, sort_keys=True).encode())
    return digest.hexdigest()


def _digest_of_files(settings: Settings) -> "hashlib._Hash":
    digest = hashlib.sha256(json.dumps([version("dbt-core"), version("dbt-duckdb")]).encode())
    for file in _files(settings.dbt_project):
        digest.update(str(file.relative_to(settings.dbt_project)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest


def _files(project: Path) -> Iterator[Path]:
    yield from sorted(file for file in project.glob("*.yml") if file.is_file())
    for folder in _READ:
        yield from sorted(file for file in (project / folder).rglob("*") if file.is_file())

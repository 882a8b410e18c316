"""What every test may ask for: a home of its own, the recorded responses, a command line."""

import fcntl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.settings import Settings, load_settings
from pipelines.transform import TransformOutcome, run_dbt
from warehouse.connection import reader

# Where these fail, both sides are shown, as they are of an assertion that stands in a test.
pytest.register_assert_rewrite("tests.contracts.faults", "tests.contracts.outbox_killing")

ROOT = Path(__file__).resolve().parent.parent
AS_OF = "2026-03-31T06:00:00+00:00"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A STORYLINE_HOME that no other test shares."""
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings with defaults and a home of their own."""
    return Settings(home=home)


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded vendor responses; the test is skipped, and says so, where it is absent."""
    folder = load_settings().recorded
    if not folder.is_dir():
        pytest.skip(f"recorded responses are absent: {folder} (set STORYLINE_RECORDED)")
    return folder


@pytest.fixture(scope="session")
def vendor_api() -> Path:
    """The folder of vendors' API schemas; the test is skipped, and says so, where it is absent."""
    folder = load_settings().vendor_api
    if not folder.is_dir():
        pytest.skip(f"vendors' schemas are absent: {folder} (set STORYLINE_VENDOR_API)")
    return folder


@pytest.fixture(scope="session")
def github_schemas() -> Path:
    """The folder of GitHub's own descriptions; the test is skipped, and says so, where it was not fetched."""
    folder = ROOT / ".schemas"
    if not (folder / ".ready").exists():
        pytest.skip("GitHub's descriptions were not fetched: run `make schemas`")
    return folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that all workers of this run share: whoever comes first makes it, the others wait and read."""
    own = factory.getbasetemp()
    folder = (own.parent if own.name.startswith("popen-") else own) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            make(folder)
            (folder / "done").touch()
    return folder


# Made once for all modules, and long in the making.
SHARED = frozenset({"recovered", "stories_home"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with a module for each thing that is shared: modules that ask for it one after another would all wait."""
    makers: dict[str, Path] = {}
    for item in items:
        for name in SHARED.intersection(getattr(item, "fixturenames", ())):
            makers.setdefault(name, item.path)
    early = set(makers.values())
    items.sort(key=lambda item: item.path not in early)


Storyline = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(home: Path) -> dict[str, str]:
    """The environment of a command that must not see the tester's own settings."""
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("STORYLINE_")}  # noqa: TID251
    return kept | {"STORYLINE_HOME": str(home), "STORYLINE_CONFIG": str(home.parent / "storyline.toml")}


def command_line(*arguments: str | Path) -> list[str]:
    """The `storyline` command of this interpreter."""
    return [sys.executable, "-m", "pipelines.cli", *map(str, arguments)]


@pytest.fixture
def storyline(home: Path) -> Storyline:
    """Run a `storyline` command on this test's home and return its exit code and output."""

    def run(*arguments: str | Path, timeout: float = 240) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command_line(*arguments),
            cwd=ROOT,
            env=environment(home),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


def build(settings: Settings, *models: str) -> TransformOutcome:
    """Build these models and what they stand on, all where none is named, without dbt's own tests of the rows."""
    return run_dbt(settings, select=[f"+{model}" for model in models], verb="run")


def dump_marts(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every mart in one order, so that two warehouses can be compared."""
    with reader(database) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        assert names, f"{database} has no marts"
        return {name: connection.execute(f"select * from marts.{name} order by all").fetchall() for (name,) in names}

"""Settings: `storyline.toml` for what may be seen, the environment or `.env` for secrets. The only reader of both."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipelines.ai_settings import Ai
from pipelines.calendar_settings import Calendar
from pipelines.ci_settings import Ci
from pipelines.flow_settings import Flow
from pipelines.guardrail_settings import Guardrails
from pipelines.impact_settings import Impact
from pipelines.monorepo_settings import Monorepo
from pipelines.settings_sections import (
    Delivery,
    Flags,
    Freshness,
    Membership,
    MilestoneStatuses,
    NetworkSettings,
    People,
    Stories,
    Team,
    UsageSettings,
)
from pipelines.summary_settings import Specs, Summaries
from pipelines.support_settings import Support
from pipelines.writeback_settings import Writeback

PROJECT_ROOT = Path(__file__).resolve().parent.parent

# Public by design: without a key of one's own, pseudonyms are stable but can be guessed, and `doctor` says so.
DEFAULT_PERSON_KEY = "storyline-default-person-key"
# A shorter one could be found by trying, and then every pseudonym with it.
_SHORTEST_PERSON_KEY = 16
_WEAK_PERSON_KEY = (
    f"STORYLINE_PERSON_KEY is empty or shorter than {_SHORTEST_PERSON_KEY} characters; set it to a long random text, "
    "or take it out to use the public default"
)


class SettingsError(ValueError):
    """The settings cannot be used. The message names the key and what to do."""


class Settings(BaseSettings):
    """Every setting, frozen. Read once by `load_settings` and handed down."""

    # The input is hidden in errors: it may be the key.
    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="STORYLINE_", hide_input_in_errors=True)

    home: Path = PROJECT_ROOT / "warehouse" / "data"
    recorded: Path = PROJECT_ROOT.parent / "shared" / "data"
    vendor_api: Path = PROJECT_ROOT.parent / "shared" / "vendor-api"
    dbt_project: Path = PROJECT_ROOT / "dbt"
    person_key: SecretStr = SecretStr(DEFAULT_PERSON_KEY)
    people: People = People()
    stories: Stories = Stories()
    delivery: Delivery = Delivery()
    ci: Ci = Ci()
    flags: Flags = Flags()
    freshness: Freshness = Freshness()
    teams: dict[str, Team] = Field(default_factory=dict)
    membership: Membership = Membership()
    calendars: dict[str, Calendar] = Field(default_factory=dict, validate_default=True)
    services: dict[str, str] = Field(default_factory=dict)
    monorepos: tuple[Monorepo, ...] = ()
    recordings: dict[str, tuple[Path, ...]] = Field(default_factory=dict)
    status_categories: dict[str, dict[str, str]] = Field(default_factory=dict)
    milestone_statuses: dict[str, MilestoneStatuses] = Field(default_factory=dict)
    network: NetworkSettings = NetworkSettings()
    support: Support = Support()
    flow: Flow = Flow()
    ai: Ai = Ai()
    guardrails: Guardrails = Guardrails()
    impact: Impact = Impact()
    summaries: Summaries = Summaries()
    specs: Specs = Specs()
    writeback: Writeback = Writeback()
    usage: UsageSettings = UsageSettings()
    # What each source may say here is its own; `pipelines.connections` reads it.
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's
    ) -> tuple[Any, ...]:
        """Take of `.env` what is a setting, as of the environment: the secrets of the sources stand there too."""

        def own() -> dict[str, Any]:
            return {name: value for name, value in dotenv_settings().items() if name in cls.model_fields}

        return init_settings, env_settings, own

    @field_validator("person_key")
    @classmethod
    def _is_hard_to_guess(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value().strip()) < _SHORTEST_PERSON_KEY:
            raise PydanticCustomError("weak_person_key", _WEAK_PERSON_KEY)
        return key

    @field_validator("calendars")
    @classmethod
    def _has_those_of_teams(cls, calendars: dict[str, Calendar], told: ValidationInfo) -> dict[str, Calendar]:
        for name, team in told.data.get("teams", {}).items():
            if team.calendar is not None and team.calendar not in calendars:
                raise ValueError(f"team {name!r} has calendar {team.calendar!r}, which is none of {sorted(calendars)}")
        return calendars

    @property
    def database(self) -> Path:
        """The writer's file; nobody else opens it."""
        return self.home / "storyline.duckdb"

    @property
    def serving(self) -> Path:
        """The link to the published copy; every reader resolves it."""
        return self.home / "serving.duckdb"

    @property
    def people_database(self) -> Path:
        """The private key-to-person table: apart, and erased by deleting the file."""
        return self.home / "people.duckdb"

    @property
    def segments(self) -> Path:
        """The folder of the Parquet segments of product events."""
        return (self.usage.segments or self.home / "segments").expanduser().resolve()

    @property
    def scratch(self) -> Path:
        """Where large answers of vendors lie while they are read; nothing in it outlives a command."""
        return self.home / "scratch"

    @property
    def lock(self) -> Path:
        """The one lock file under every writer."""
        return self.home / "lock"

    @property
    def dagster_home(self) -> Path:
        """Dagster's runs and schedules."""
        return self.home / "dagster"

    @property
    def dbt_target(self) -> Path:
        """Where dbt keeps its manifest and its results."""
        return self.home / "dbt"

    @property
    def has_own_models(self) -> bool:
        """Whether the dbt project is somebody's own. Ours was tested before it went out, its unit tests included."""
        return self.dbt_project.resolve() != PROJECT_ROOT / "dbt"

    @property
    def has_own_person_key(self) -> bool:
        """Whether pseudonyms are made with a key of this installation."""
        return self.person_key.get_secret_value() != DEFAULT_PERSON_KEY


def settings_file() -> Path:
    """Return the settings' file: `storyline.toml` of the working folder, unless `STORYLINE_CONFIG` names another."""
    return Path(os.environ.get("STORYLINE_CONFIG", "storyline.toml"))  # noqa: TID251


@cache
def load_settings(path: Path | None = None) -> Settings:
    """Read `storyline.toml` (of the working folder unless `STORYLINE_CONFIG` or `path` names one) and the environment.

    Raises:
        SettingsError: the file cannot be read, or a key is unknown or has a wrong value.
    """
    file = path or settings_file()
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text()) if file.exists() else {}
        settings = Settings(_env_file=".env", **table)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "weak_person_key":
            raise SettingsError(first["msg"]) from error
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{file}: {key}: {first['msg']}; storyline.example.toml shows every key") from error
    return settings.model_copy(update={"home": settings.home.expanduser().resolve()})


def secret(name: str) -> str | None:
    """Return a secret of the environment, else of `.env`; None where neither has it or it is empty."""
    return os.environ.get(name) or dotenv_values(".env").get(name) or None  # noqa: TID251


def environment(**variables: str) -> dict[str, str]:
    """Return the environment for a child process: this one's, with these variables set."""
    return {**os.environ, **variables}  # noqa: TID251


@contextmanager
def exported(**variables: str) -> Iterator[None]:
    """Set variables for the block, for a library that takes a value from the environment alone."""
    before = {name: os.environ.get(name) for name in variables}  # noqa: TID251
    os.environ.update(variables)  # noqa: TID251
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)  # noqa: TID251
            if value is not None:
                os.environ[name] = value  # noqa: TID251

"""Settings: `storyline.toml` for what may be seen, the environment or `.env` for secrets. The only reader of both."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipelines.support_settings import Support

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


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class People(_Section):
    """Who is a bot although the account says it is a person."""

    bots: tuple[str, ...] = (
        "golangcibot", "codecov-io", "codecov-commenter", "coveralls", "houndci-bot", "k8s-ci-robot",
        "k8s-github-robot", "googlebot", "greenkeeperio-bot", "mergify-bot", "pyup-bot", "rustbot", "bors",
        "bors-servo", "snyk-bot", "sonarcloud", "stickler-ci", "facebook-github-bot", "jenkins-bot",
        "netlify-bot", "vercel-bot", "renovate-bot", "dependabot-support", "imgbot", "allcontributors",
        "cla-assistant", "CLAassistant", "gitter-badger", "web-flow",
    )  # fmt: skip


class Stories(_Section):
    """What is measured, by what a story's milestones are known, and which words only look like keys."""

    unmeasured_types: tuple[str, ...] = ("Epic", "Initiative", "Theme", "Insight", "Interview")
    spec_statuses: tuple[str, ...] = ("Spec", "Specification", "Specified", "Ready for Development")
    spec_labels: tuple[str, ...] = ("spec", "specified", "spec-ready")
    ai_labels: tuple[str, ...] = ("ai-assisted", "ai-generated")
    follow_up_relations: tuple[str, ...] = (
        "is learned from", "is follow-up of", "follow-up of", "is follow up of",
    )  # fmt: skip
    interview_types: tuple[str, ...] = ("Interview", "User Interview", "Insight", "Research", "User Research")
    interview_link_patterns: tuple[str, ...] = (r"\binterviews?\b", r"\buser research\b")
    ignored_key_prefixes: tuple[str, ...] = (
        "UTF", "SHA", "ISO", "RFC", "CVE", "CWE", "GHSA", "PEP", "AES", "RSA", "MD", "HTTP", "TLS", "SSL", "X",
        "COVID", "GPT", "WIN", "ARM", "IPV", "ES", "PY", "UTC", "GMT", "IEEE", "ASCII", "BASE", "INT", "FLOAT",
    )  # fmt: skip


class Delivery(_Section):
    """What counts as production, as an incident and as a hotfix."""

    production_environments: tuple[str, ...] = ("production", "prod", "live")
    incident_labels: tuple[str, ...] = ("incident", "outage", "sev1", "sev2", "production-incident")
    incident_types: tuple[str, ...] = ("Incident", "Production Incident", "Outage", "[System] Incident")
    hotfix_labels: tuple[str, ...] = ("hotfix", "revert", "rollback")
    incident_window_hours: int = Field(default=24, ge=1)


class Flags(_Section):
    """Which stories flags let out where nothing else tells, and from which share on a story is in production.

    Attributes:
        stories: a story's key by the flag's, or by `project/flag` where two projects use one key.
        production_environments: empty: those that the flag service calls critical or production, and `production`.
        first_users_percentage: of production's users, 0 to 100.
    """

    stories: dict[str, str] = Field(default_factory=dict)
    production_environments: tuple[str, ...] = ()
    first_users_percentage: float = Field(default=10, gt=0, le=100)


class Team(_Section):
    """A team owns tickets by project and changes by repository."""

    projects: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()


class Freshness(_Section):
    """From which age on a source is called stale."""

    stale_after_hours: int = Field(default=36, ge=1)


class NetworkSettings(_Section):
    """How vendors are reached over HTTP."""

    proxy: str | None = None
    ca_bundle: Path | None = None
    timeout_seconds: float = Field(default=30, gt=0)
    max_response_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    max_wait_seconds: float = Field(default=3_900, ge=0)
    attempts: int = Field(default=6, ge=1)


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
    flags: Flags = Flags()
    freshness: Freshness = Freshness()
    teams: dict[str, Team] = Field(default_factory=dict)
    services: dict[str, str] = Field(default_factory=dict)
    recordings: dict[str, tuple[Path, ...]] = Field(default_factory=dict)
    status_categories: dict[str, dict[str, str]] = Field(default_factory=dict)
    network: NetworkSettings = NetworkSettings()
    support: Support = Support()
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

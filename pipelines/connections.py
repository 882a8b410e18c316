"""What the settings say of each vendor: `[sources.<name>]` by its own model, and secrets by the environment."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from pipelines.settings import Settings, SettingsError, secret
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.registry import sources


def collectable() -> dict[str, LiveSource]:
    """Return the sources that can be collected over HTTP, by name."""
    return {name: source for name, source in sources().items() if isinstance(source, LiveSource)}


def secrets_of(model: type[ConnectionSettings]) -> list[str]:
    """Return the names of the fields that come from the environment alone."""
    return [name for name, field in model.model_fields.items() if _is_secret(field)]


def variable(source: str, field: str) -> str:
    """Return the variable of the environment that holds a secret."""
    return f"STORYLINE_{source}_{field}".upper()


def connection_of(settings: Settings, name: str) -> ConnectionSettings:
    """Return what the settings say of a source.

    Raises:
        SettingsError: they say nothing of it, hold a secret, lack one, or a key is unknown or has a wrong value.
    """
    known = collectable()
    if name not in known:
        raise SettingsError(f"{name!r} cannot be collected over HTTP; these can: {', '.join(known)}")
    if name not in settings.sources:
        raise SettingsError(f"nothing says how to reach {name}; run `storyline init`, or add [sources.{name}]")
    model, table = known[name].connection, settings.sources[name]
    for field in secrets_of(model):
        if field in table:
            raise SettingsError(
                f"sources.{name}.{field} is a secret and must not stand in storyline.toml; "
                f"take it out, and set {variable(name, field)} in the environment or in .env"
            )
    told = {field: value for field in secrets_of(model) if (value := secret(variable(name, field)))}
    return validated(name, {**table, **told})


def validated(name: str, table: dict[str, Any]) -> ConnectionSettings:
    """Return a source's settings, secrets among them.

    Raises:
        SettingsError: a secret is missing, a key is unknown or has a wrong value.
    """
    model = collectable()[name].connection
    try:
        return model.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "missing" and key in secrets_of(model):
        raise SettingsError(f"{name} needs a {key}; set {variable(name, key)} in the environment or in .env")
    if first["type"] == "extra_forbidden":
        there = ", ".join(field for field in model.model_fields if field not in secrets_of(model))
        raise SettingsError(f"sources.{name} has no key {key!r}; there are: {there}")
    if first["type"] == "missing":
        raise SettingsError(f"sources.{name}.{key} is missing; add it to storyline.toml")
    raise SettingsError(f"sources.{name}.{key}: {first['msg']}; storyline.example.toml shows every key")


def network_of(settings: Settings, notice: Callable[[str], None] = lambda _text: None) -> Network:
    """Return how vendors are reached."""
    told = settings.network.model_dump() | {"notice": notice, "scratch": settings.scratch}
    bundle = settings.network.ca_bundle
    if bundle is not None and not bundle.is_file():
        raise SettingsError(f"network.ca_bundle: {bundle} is no file; name the file of your authority's certificates")
    return Network(**told | {"ca_bundle": str(bundle) if bundle else None})


def collector_of(settings: Settings, name: str, network: Network) -> Collector:
    """Return what walks a source by these settings; it asks nothing yet.

    Raises:
        SettingsError: see `connection_of`.
    """
    connection = connection_of(settings, name)
    return collectable()[name].collector(connection, network)


def strays(settings: Settings) -> Iterator[str]:
    """Say of each table below [sources] that it names nothing that can be collected: no walk would ever miss it."""
    known = collectable()
    for name in sorted(settings.sources.keys() - known.keys()):
        yield f"[sources.{name}] is not read: {name!r} cannot be collected over HTTP; these can: {', '.join(known)}"


def connected(settings: Settings) -> Iterator[str]:
    """Yield the names of the sources that the settings say how to reach."""
    yield from sorted(settings.sources)


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)

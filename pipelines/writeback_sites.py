"""Which site takes messages of a kind, by the settings."""

from dataclasses import dataclass

from pipelines.connections import connection_of, network_of
from pipelines.settings import Settings, SettingsError
from pipelines.sources.registry import sources
from pipelines.sources.writing import WritableSource


@dataclass(frozen=True, slots=True)
class Site:
    """A source, and the instance of it that the settings reach."""

    source: str
    instance: str


def site_of(settings: Settings, kind: str) -> Site | str:
    """Return the site that takes messages of a kind, the first by name; or say why there is none."""
    for name in sorted(settings.sources):
        source = sources().get(name)
        if isinstance(source, WritableSource) and kind in source.writes:
            try:
                writer = source.writer(kind, connection_of(settings, name), network_of(settings))
            except SettingsError as error:
                return str(error)
            writer.close()
            return Site(name, writer.instance)
    return f"no source that takes {kind} is connected; add it below [sources]"

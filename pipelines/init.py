"""`storyline init`: asks how each vendor is reached, tries it at once, and writes the settings."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from pipelines.connections import collectable, network_of, secrets_of, validated, variable
from pipelines.settings import Settings, SettingsError, load_settings
from pipelines.sources.live import ConnectionSettings, Network, VendorError

_MOST_SHOWN = 40
_ONLY_THE_OWNER = 0o600


def set_up(file: Path, secrets: Path) -> None:
    """Ask for everything, and write `file` and the secrets' file.

    Raises:
        click.Abort: the person does not want to go on; nothing is written then.
        SettingsError: the file that is there cannot be read, so neither can what it says of the network.
    """
    settings = load_settings()
    # A person waits: one try, and no waiting for a limit.
    network = replace(network_of(settings), attempts=1, max_wait_seconds=0)
    if file.exists():
        click.confirm(f"{file} exists. Write it anew? What is in it now is kept as {file}.before", abort=True)
    tables: dict[str, dict[str, Any]] = {}
    tokens: dict[str, str] = {}
    for name, source in collectable().items():
        if click.confirm(f"Collect from {name}?", default=name in settings.sources):
            tables[name], found = _asked(name, source.connection, network)
            tokens |= found
    if file.exists():
        file.replace(file.with_name(f"{file.name}.before"))
    file.write_text("\n".join(_written(settings, tables)) + "\n")
    click.echo(f"Written: {file}.")
    if tokens and click.confirm(f"Keep {', '.join(tokens)} in {secrets}, which only you can read?", default=True):
        _keep(secrets, tokens)
        click.echo(f"Written: {secrets}. It must never be committed.")
    elif tokens:
        click.echo(f"Not kept. Before the next command, set {', '.join(tokens)} in the environment.")


def _asked(name: str, model: type[ConnectionSettings], network: Network) -> tuple[dict[str, Any], dict[str, str]]:
    """Ask until the vendor answers, then let choose from what it shows; return the table and the secrets."""
    hidden = secrets_of(model)
    while True:
        table = {field: value for field in model.asked if (value := _answer(name, model, field)) is not None}
        try:
            connection = validated(
                name, {**table, **{field: SecretStr(table[field]) for field in hidden if field in table}}
            )
            offered = _offered(name, connection, network)
        except (SettingsError, VendorError) as error:
            click.echo(f"That did not work: {error}. Try again, or leave with Ctrl-C.")
            continue
        if not offered:
            click.echo(f"{name} shows nothing to this token; let it read at least one of the {model.walked}.")
            continue
        chosen = _chosen(name, model.walked, offered)
        public = {field: value for field, value in table.items() if field not in hidden}
        secrets = {variable(name, field): table[field] for field in hidden if field in table}
        return {**public, model.walked: chosen}, secrets


def _answer(name: str, model: type[ConnectionSettings], field: str) -> str | None:
    about = model.model_fields[field]
    is_secret = field in secrets_of(model)
    default = None if about.is_required() or is_secret else about.default or ""
    # Without a terminal nothing is echoed, and there is nothing to hide it from.
    is_hidden = is_secret and sys.stdin.isatty()
    told = click.prompt(
        f"{name}: {about.description or field}", default=default, hide_input=is_hidden, show_default=bool(default)
    )
    return str(told).strip() or None


def _offered(name: str, connection: ConnectionSettings, network: Network) -> list[str]:
    collector = collectable()[name].collector(connection, network)
    try:
        return [target.name for target in collector.offered()]
    finally:
        collector.close()


def _chosen(name: str, what: str, offered: list[str]) -> list[str]:
    click.echo(
        f"{name} shows {len(offered)} {what}: {', '.join(offered[:_MOST_SHOWN])}" + " …" * (len(offered) > _MOST_SHOWN)
    )
    while True:
        told = click.prompt(f"Which {what} (names with commas between, or all)", default="all")
        names = offered if told.strip() == "all" else [part.strip() for part in told.split(",") if part.strip()]
        unknown = [one for one in names if one not in offered]
        if names and not unknown:
            return names
        click.echo(f"{name} does not show {', '.join(unknown) or 'nothing'}; choose among those above.")


def _written(settings: Settings, tables: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield "# Written by `storyline init`. storyline.example.toml shows every key; secrets are in .env."
    # The vendors were tried by way of it.
    network = settings.network.model_dump(mode="json", exclude_defaults=True)
    if network:
        yield from _table("network", network)
    for name, table in tables.items():
        yield from _table(f"sources.{name}", table)
    for name, table in tables.items():
        yield from _proposed(name, [str(one) for one in table[collectable()[name].connection.walked]])


def _table(name: str, table: dict[str, Any]) -> Iterator[str]:
    yield f"\n[{name}]"
    # A text, a number or a list of texts reads alike in JSON and in TOML.
    yield from (f"{field} = {json.dumps(value, ensure_ascii=False)}" for field, value in table.items())


def _proposed(name: str, walked: list[str]) -> Iterator[str]:
    """Propose who owns what: to be corrected by whoever knows, so it is no setting yet."""
    repositories = [one for one in walked if "/" in one]
    if repositories:
        yield f"\n# The service that each repository of {name} deploys, where it is not the repository's own name."
        yield "# [services]"
        yield from (f'# "{one}" = "{one.partition("/")[2]}"' for one in repositories)
        return
    if not any(kind.startswith("ticket.") for kind in collectable()[name].emits):
        return
    yield f"\n# Who owns the tickets of {name}, and where its own category of a status is wrong."
    for one in walked:
        yield f"# [teams.{one.lower()}]\n# projects = [{json.dumps(one)}]"
        yield f'# [status_categories.{one}]\n# "In Review" = "in_progress"'


def _keep(file: Path, tokens: dict[str, str]) -> None:
    """Put secrets into the file in place of older ones of the same name; all else in it stays."""
    lines = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() not in tokens]
    file.touch(_ONLY_THE_OWNER)
    file.chmod(_ONLY_THE_OWNER)
    file.write_text("\n".join([*kept, *(f"{name}={json.dumps(value)}" for name, value in tokens.items())]) + "\n")

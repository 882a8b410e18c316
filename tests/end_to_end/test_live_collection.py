"""The commands that collect, as a new user meets them: real servers, real settings, real mistakes."""

import stat
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import pipelines.sources.jira as jira
from pipelines.connections import collectable
from pipelines.sources.github.server import Store as Hub
from pipelines.sources.github.server import serve as serve_hub
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.loopback import Loopback
from tests.conftest import AS_OF, command_line, dump_marts, environment
from tests.contracts.played_github import FIXTURES, TOKEN

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hub() -> Iterator[Loopback]:
    store = Hub(tokens={TOKEN})
    store.record(FIXTURES)
    with serve_hub(store) as site:
        yield site


@pytest.fixture
def site() -> Iterator[Loopback]:
    signed = JiraConnection(url="https://x", email="ann@acme.example", token=TOKEN).authorization
    with serve(Store.from_recording(Path(jira.__file__).parent / "fixtures", tokens=[signed])) as server:
        yield server


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command in a folder of its own, with the tokens of a person who has them right."""

    def command(*arguments: str, typed: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        tokens = {"STORYLINE_GITHUB_TOKEN": TOKEN, "STORYLINE_JIRA_TOKEN": TOKEN} | variables
        told = environment(home) | {name: value for name, value in tokens.items() if value}
        return subprocess.run(
            command_line(*arguments),
            cwd=home.parent,
            env=told,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def settings(home: Path, hub: Loopback | None, site: Loopback | None, **changed: str) -> None:
    told = {"api": hub.url if hub else "", "site": site.url if site else "", "project": "SHOP"}
    told |= {"before": "", "more": ""} | changed
    tables = [told["before"] + "[network]\nattempts = 1\n"]
    if hub:
        tables.append(f'[sources.github]\nurl = "{told["api"]}"\nhost = "github.com"\nrepositories = ["acme/shop"]\n')
    if site:
        tables.append(
            f'[sources.jira]\nurl = "{told["site"]}"\nemail = "ann@acme.example"\nprojects = ["{told["project"]}"]\n'
        )
    home.parent.joinpath("storyline.toml").write_text("\n".join(tables) + told["more"])


def test_ingest_tells_what_it_read_and_again_that_nothing_is_new(run, home, hub, site):
    settings(home, hub, site)
    first = run("ingest", "github", "jira", "--as-of", AS_OF)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "github: " in first.stdout
    assert " requests." in first.stdout
    again = run("ingest", "github", "--as-of", AS_OF)
    assert (again.returncode, "0 new, 0 new events" in again.stdout) == (0, True), again.stdout
    assert TOKEN not in first.stdout + first.stderr


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_a_night_collects_and_one_with_a_vendor_down_keeps_the_old_data_and_the_next_heals(run, home, hub, site):
    settings(home, hub, site)
    first = run("nightly", "--as-of", AS_OF)
    assert first.returncode == 0, first.stdout + first.stderr
    marts = dump_marts(home / "storyline.duckdb")
    assert len(marts["fct_changes"]) >= 6
    assert len(marts["fct_stories"]) >= 1
    hub.faults.next("drop", count=1_000)
    down = run("nightly", "--as-of", "2026-04-01T06:00:00Z")
    assert down.returncode == 3
    assert "github failed and is stale: " in down.stdout
    assert dump_marts(home / "storyline.duckdb")["fct_changes"] != []
    hub.faults.clear()
    healed = run("nightly", "--as-of", "2026-04-02T06:00:00Z")
    assert healed.returncode == 0, healed.stdout + healed.stderr


@pytest.mark.parametrize(
    ("more", "tokens", "words"),
    [
        ('token = "abc"\n', {}, ["sources.jira.token is a secret", "STORYLINE_JIRA_TOKEN", "take it out"]),
        ("", {"STORYLINE_JIRA_TOKEN": ""}, ["jira needs a token", "set STORYLINE_JIRA_TOKEN"]),
        ('project = "SHOP"\n', {}, ["sources.jira has no key 'project'", "projects"]),
        ("overlap_minutes = 0\n", {}, ["sources.jira.overlap_minutes"]),
    ],
)
def test_settings_that_cannot_be_right_are_wrong_use(run, home, site, more, tokens, words):
    settings(home, None, site, more=more)
    told = run("ingest", "jira", **tokens)
    assert told.returncode == 2, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    for word in words:
        assert word in told.stderr


def _nothing(_hub: Loopback, _site: Loopback) -> None:
    pass


def _clock(hub: Loopback, _site: Loopback) -> None:
    hub.clock_offset = timedelta(hours=3)


def _down(hub: Loopback, _site: Loopback) -> None:
    hub.faults.next("status", count=99, status=503)


def _page(hub: Loopback, _site: Loopback) -> None:
    hub.faults.next("garbage", count=99)


def _scope(hub: Loopback, _site: Loopback) -> None:
    hub.faults.next("status", count=9, status=403, match="actions/runs", body=b'{"message": "Resource not accessible"}')


@pytest.mark.parametrize(
    ("mistake", "changed", "tokens", "words"),
    [
        (_nothing, {"api": "http://127.0.0.1:9"}, {}, "cannot be reached"),
        (_nothing, {}, {"STORYLINE_GITHUB_TOKEN": "ghp_wrong"}, "does not take the token (Bad credentials)"),
        (_nothing, {}, {"STORYLINE_JIRA_TOKEN": "wrong"}, "jira does not take the token"),
        (_nothing, {"project": "NOPE"}, {}, "jira shows no project NOPE to this token; it shows "),
        (_nothing, {"more": '\n[teams.x]\nrepositories = []\n'}, {}, "github shows acme/shop"),
        (_clock, {}, {}, "clock and github's differ"),
        (_down, {}, {}, "answers 503"),
        (_page, {}, {}, "a web page where JSON was due; check the address, and whether a proxy answers"),
        (_scope, {}, {}, "let the token read Actions of acme/shop"),
    ],
)  # fmt: skip
def test_the_doctor_says_in_a_sentence_what_is_wrong_with_a_connection(
    run, home, hub, site, mistake, changed, tokens, words
):
    mistake(hub, site)
    settings(home, hub, site, **changed)
    told = run("doctor", **tokens)
    assert "Traceback" not in told.stderr
    assert words in told.stdout


def test_a_proxy_in_the_way_is_named(run, home, hub):
    settings(home, hub, None)
    file = home.parent / "storyline.toml"
    file.write_text(file.read_text().replace("[network]\n", '[network]\nproxy = "http://127.0.0.1:9"\n'))
    assert "check the address, the network and the proxy" in run("doctor").stdout


def asked(**answers: list[str]) -> list[str]:
    """What a person types who wants these sources and none of the others, in the order in which they are asked for."""
    return [line for name in collectable() for line in answers.get(name, ["n"])]


def test_a_new_user_is_asked_until_it_works_and_the_secrets_are_kept_apart(run, home, hub, site):
    answers = asked(
        github=[
            *["y", hub.url, "ghp_wrong"],
            *["http://127.0.0.1:9", TOKEN],
            *[hub.url, TOKEN, "acme/nothing", "acme/shop"],
        ],
        jira=["y", site.url, "ann@acme.example", TOKEN, "all"],
    )
    told = run("init", typed="\n".join([*answers, "y"]) + "\n", STORYLINE_GITHUB_TOKEN="", STORYLINE_JIRA_TOKEN="")
    assert "does not take the token (Bad credentials)" in told.stdout
    assert "cannot be reached" in told.stdout
    assert "github does not show acme/nothing; choose among those above" in told.stdout
    assert "github shows acme/shop" in told.stdout
    written, secrets = home.parent / "storyline.toml", home.parent / ".env"
    assert TOKEN not in written.read_text() + told.stdout
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert secrets.read_text().count(TOKEN) == 2
    again = run("init", typed="n\n")
    assert again.returncode == 1
    assert "exists. Write it anew?" in again.stdout
    settled = run("ingest", "jira", STORYLINE_GITHUB_TOKEN="", STORYLINE_JIRA_TOKEN="")
    assert settled.returncode == 0, settled.stdout + settled.stderr

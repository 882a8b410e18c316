"""What a person does wrong, or a vendor, ends in one sentence, and nothing goes missing unsaid."""

import fcntl
import tomllib
from pathlib import Path

import pytest

from tests.assets.nights import small_project
from tests.conftest import AS_OF
from tests.contracts.played_github import TOKEN
from tests.end_to_end.test_live_collection import asked, hub, run, settings, site

__all__ = ["hub", "run", "site"]


def answers(*, url: str, token: str = TOKEN, exists: bool = False, keep: str = "y") -> list[str]:
    """What a person types who wants Jira alone."""
    return [*["y"] * exists, *asked(jira=["y", url, "ann@acme.example", token, "all"]), keep]


@pytest.fixture
def few_models(tmp_path: Path) -> str:
    """The setting by which a night builds a few of the models: what is wrong here is told before any is built."""
    return f'dbt_project = "{small_project(tmp_path / "project")}"\n'


@pytest.mark.parametrize(
    ("names", "changed", "tokens", "code", "words"),
    [
        (["jira"], {}, {"STORYLINE_JIRA_TOKEN": "wrong"}, 3, "jira does not take the token"),
        (["jira"], {"project": "NOPE"}, {}, 3, "jira shows no project NOPE to this token; it shows "),
        (["jira"], {"url": "http://127.0.0.1:9"}, {}, 3, "cannot be reached"),
        (["nope"], {}, {}, 2, "no source is called 'nope'; there are: "),
        (["cloudevents"], {}, {}, 2, "cannot be collected over HTTP; these can: "),
        (["github"], {}, {}, 2, "nothing says how to reach github; run `storyline init`"),
    ],
)
def test_an_ingest_that_cannot_be_whole_says_why(run, home, site, names, changed, tokens, code, words):
    settings(home, None, site, **changed)
    file = home.parent / "storyline.toml"
    file.write_text(file.read_text().replace(site.url, changed.get("url", site.url)))
    told = run("ingest", *names, "--as-of", AS_OF, **tokens)
    assert (told.returncode, "Traceback" in told.stderr) == (code, False), told.stdout + told.stderr
    assert words in told.stdout + told.stderr


def test_an_ingest_of_a_repository_that_is_not_there_says_so_and_reads_the_others(run, home, hub):
    settings(home, hub, None)
    file = home.parent / "storyline.toml"
    file.write_text(file.read_text().replace('["acme/shop"]', '["acme/nothing", "acme/shop"]'))
    told = run("ingest", "github", "--as-of", AS_OF)
    assert told.returncode == 3, told.stdout + told.stderr
    assert "github is not whole: github shows no repository acme/nothing to this token" in told.stdout
    assert "98 new events" in told.stdout


@pytest.mark.heavy
def test_a_wait_for_a_limit_is_shown_while_the_night_goes_on(run, home, site, few_models):
    settings(home, None, site, before=few_models)
    site.faults.next("status", status=429, headers={"Retry-After": "1"}, count=1)
    told = run("nightly", "--as-of", AS_OF)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "jira waits 1 s for its rate limit" in told.stderr


def test_an_ingest_beside_another_writer_waits_for_nobody(run, home, site):
    settings(home, None, site)
    home.mkdir(parents=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = run("ingest", "jira", "--as-of", AS_OF)
    assert (told.returncode, "is writing; wait until it ends" in told.stderr) == (1, True)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_a_night_without_a_secret_or_with_a_name_misspelt_is_no_good_night(run, home, site, few_models):
    settings(home, None, site, before=few_models, more='\n[sources.jria]\nurl = "https://acme.example"\n')
    first = run("nightly", "--as-of", AS_OF, STORYLINE_JIRA_TOKEN="")
    assert first.returncode == 3
    assert "[sources.jria] is not read: 'jria' cannot be collected" in first.stdout
    assert "jira failed and is stale: jira needs a token; set STORYLINE_JIRA_TOKEN" in first.stdout
    settings(home, None, site, before=few_models)
    assert run("nightly", "--as-of", "2026-04-01T06:00:00Z").returncode == 0


def test_what_is_tried_again_is_told_beside_the_sentences_and_not_among_them(run, home, site):
    settings(home, None, site)
    file = home.parent / "storyline.toml"
    file.write_text(file.read_text().replace("attempts = 1", "attempts = 2"))
    site.faults.next("drop", count=1)
    told = run("ingest", "jira", "--as-of", AS_OF)
    assert told.returncode == 0
    assert [line.split(":")[0] for line in told.stdout.splitlines()] == ["jira"]
    assert "is asked again, try 2" in told.stderr


def test_a_variable_of_another_source_in_the_secrets_file_is_no_mistake(run, home, site):
    settings(home, None, site)
    (home.parent / ".env").write_text(f"STORYLINE_JIRA_TOKEN={TOKEN}\nSTORYLINE_TRACKER_PASSPHRASE=x\n")
    assert run("ingest", "jira", "--as-of", AS_OF, STORYLINE_JIRA_TOKEN="").returncode == 0


def test_settings_that_cannot_be_read_end_the_asking_before_it_begins(run, home):
    file = home.parent / "storyline.toml"
    file.write_text("nonsense = 1\n")
    told = run("init", typed="y\n")
    assert (told.returncode, "nonsense: Extra inputs" in told.stderr) == (2, True)
    assert file.read_text() == "nonsense = 1\n"


def test_what_is_written_keeps_the_network_that_it_was_tried_by_and_lies_where_it_is_read(run, home, site, tmp_path):
    file = tmp_path / "other.toml"
    file.write_text("[network]\ntimeout_seconds = 7.5\n")
    typed = "\n".join(answers(url=site.url, exists=True, keep="n")) + "\n"
    told = run("init", typed=typed, STORYLINE_JIRA_TOKEN="", STORYLINE_CONFIG=str(file))
    written = tomllib.loads(file.read_text())
    assert written["network"] == {"timeout_seconds": 7.5}
    assert written["sources"]["jira"]["projects"] == ["SHOP"]
    assert "jira needs a token; set STORYLINE_JIRA_TOKEN" in told.stdout
    assert not (home.parent / ".env").exists()


@pytest.mark.parametrize(
    ("fault", "proxy", "words"),
    [
        ({"kind": "status", "status": 503}, "", "answers 503"),
        ({"kind": "garbage"}, "", "a web page where JSON was due"),
        ({}, "http://127.0.0.1:9", "check the address, the network and the proxy"),
    ],
)
def test_a_vendor_that_does_not_answer_well_is_asked_again_at_once(run, home, site, fault, proxy, words):
    file = home.parent / "storyline.toml"
    file.write_text(f'[network]\nproxy = "{proxy}"\n' if proxy else "")
    if fault:
        site.faults.next(fault.pop("kind"), count=99, **fault)
    told = run("init", typed="\n".join(answers(url=site.url, exists=True)) + "\n")
    assert "That did not work: " in told.stdout
    assert words in told.stdout
    assert told.stdout.count("retry_scheduled") == 0

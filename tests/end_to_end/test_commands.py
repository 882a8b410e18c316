"""The command line says what is wrong in one sentence, with the exit code that the contract names."""

import subprocess

import pytest

from tests.conftest import AS_OF, command_line, environment
from tests.unit.warehouse.test_lock import other_writer  # noqa: F401


def test_help_names_every_command_and_exit_code(storyline):
    shown = storyline("--help").stdout
    commands = "init ingest nightly replay import export transform rebuild publish writeback explain doctor app dagster"
    for command in commands.split():
        assert f"\n  {command} " in shown
    assert "nothing published" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("replay", "gitlab", "nowhere"), ["gitlab", "github", "jira"]),
        (("replay", "github", "nowhere"), ["nowhere", "does not exist"]),
        (("import", "nothing.ndjson"), ["nothing.ndjson", "does not exist"]),
        (("nightly", "--as-of", "yesterday"), ["yesterday", "ISO 8601"]),
        (("frobnicate",), ["frobnicate"]),
        (("writeback", "--send"), ["nothing is sent in mode dry_run", "writeback.mode"]),
        (("writeback", "--approve", "SHOP-1"), ["nothing waits under 'SHOP-1'"]),
        (("ingest", "cloudevents"), ["cloudevents", "github", "jira"]),
        (("ingest", "jira"), ["nothing says how to reach jira", "storyline init", "[sources.jira]"]),
    ],
)
def test_wrong_use_is_told_in_a_sentence_and_ends_with_2(storyline, arguments, words):
    finished = storyline(*arguments)
    assert finished.returncode == 2, finished.stderr
    assert "Traceback" not in finished.stderr
    for word in words:
        assert word in finished.stderr


def test_an_unknown_setting_is_named(storyline, home):
    home.parent.joinpath("storyline.toml").write_text("[delivery]\nproduction_enviroments = ['prod']\n")
    finished = storyline("doctor")
    assert finished.returncode == 2
    assert "delivery.production_enviroments" in finished.stderr


def test_an_empty_key_of_the_pseudonyms_is_wrong_use(home):
    finished = subprocess.run(
        command_line("doctor"),
        cwd=home.parent,
        env=environment(home) | {"STORYLINE_PERSON_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith("storyline: STORYLINE_PERSON_KEY is empty or shorter than 16 characters; set it")


def test_the_second_writer_is_refused_and_told_who_writes(storyline, other_writer, home, tmp_path):  # noqa: F811
    home.mkdir()
    home.joinpath("lock").symlink_to(tmp_path / "lock")
    file = tmp_path / "events.ndjson"
    file.write_text("")
    finished = storyline("import", file, "--as-of", AS_OF)
    assert finished.returncode == 1
    assert "`storyline nightly`" in finished.stderr
    assert "since 2026-03-31T06:00:00+00:00" in finished.stderr


def test_before_anything_is_published_readers_are_told_what_to_run(storyline):
    finished = storyline("explain", "SHOP-1")
    assert finished.returncode == 1
    assert "storyline nightly" in finished.stderr


def test_the_history_of_a_message_only_tells_and_says_where_there_is_none(storyline):
    finished = storyline("writeback", "--history", "SHOP-1")
    assert finished.returncode == 2
    assert "there is no message of 'SHOP-1'; `storyline writeback` shows what there is" in finished.stderr
    finished = storyline("writeback", "--history", "SHOP-1", "--send")
    assert finished.returncode == 2
    assert "--history goes with no other option" in finished.stderr

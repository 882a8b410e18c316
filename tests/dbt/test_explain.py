"""`storyline explain`, the real command: what it says of stories, and of what is none."""

import subprocess

import pytest

from pipelines.settings import Settings
from tests.conftest import ROOT, command_line, environment
from tests.dbt.planting_links import HOSTILE, REPOSITORY


@pytest.fixture(scope="session")
def home(stories_home: Settings) -> Settings:
    """The planted company, published."""
    done = _run(stories_home, "publish")
    assert done.returncode == 0, done.stderr
    return stories_home


def _run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command_line(*arguments), cwd=ROOT, env=environment(settings.home), capture_output=True, text=True, check=False
    )


def told(settings: Settings, key: str) -> list[str]:
    """What the command says of a key, line by line."""
    done = _run(settings, "explain", key)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def part(lines: list[str], title: str) -> list[str]:
    """The lines below a title."""
    after = lines[lines.index(title) + 1 :]
    ends = next((place for place, line in enumerate(after) if not line.startswith(" ")), len(after))
    return [line.strip() for line in after[:ends]]


def test_a_storys_line_says_by_which_rule_each_moment_is_known(home):
    line = part(told(home, "LK-1"), "Line")
    assert line[:3] == [
        "interviewed: unknown, no interview or insight names it",
        "2026-02-04 09:00:00 in the backlog: the ticket was created",
        "specified: unknown, it came into no status of a specification, and got no link, label or document of one",
    ]
    assert line[3].startswith(f"2026-02-15 23:24:00 code complete: {REPOSITORY}#307, the last of its set, was ready")
    assert "2026-02-17 09:00:00 in production: a flag first reached 10 % of production" in "\n".join(line)
    assert "at 100 %: lk-export stands at 100 % without a break" in "\n".join(line)


def test_a_storys_pull_requests_say_why_they_count_and_where_they_went(home):
    lines = told(home, "LK-1")
    pulls = part(lines, "Pull requests")
    assert (
        "LK-2 stands in the title, and is a part of LK-1 (rule title, by a sub-task, confidence 0.95); merged" in pulls
    )
    assert f"it was given up for {REPOSITORY}#307 (rule superseded by, confidence 1.00)" in pulls
    assert "to production: not merged" in pulls
    deployed, failed = part(lines, "Deployments")
    assert failed.startswith("failed: ")
    assert deployed.startswith("2026-02-17 09:00:00 902, links to production, carried acme/links#307 (rule merge sha")


def test_a_storys_flags_incidents_and_topics_are_told_with_rule_and_confidence(home):
    lines = told(home, "lk-1")
    assert "lk-export: LK-1 stands in the tag (rule tag, confidence 0.95)" in part(lines, "Flags")
    incidents = "\n".join(part(lines, "Incidents"))
    assert (
        "it names the flag lk-export, which lets the story out (rule flag of the story, confidence 0.95)" in incidents
    )
    assert "its ticket is caused by LK-1 (rule linked story, confidence 0.80)" in incidents
    assert part(lines, "Support topics") == [
        "exports: the settings say that the story is meant to change the topic (rule settings, confidence 1.00)"
    ]
    assert f"change {REPOSITORY}#306 not linked to any deployment: not merged" in part(lines, "Refusals")


@pytest.mark.parametrize(
    ("key", "title", "line"),
    [
        (f"{REPOSITORY}#305", "Where it counts", "stories: of no story, so in no story's times"),
        (
            f"{REPOSITORY}#305",
            "Refusals",
            f"change {REPOSITORY}#305 not linked to any story:"
            " it names no ticket in its title, branch, text or commits",
        ),
        (f"{REPOSITORY}#306", "Where it counts", "change lead time: not counted: it was not merged"),
        (
            f"{REPOSITORY}#304",
            "Refusals",
            f"change {REPOSITORY}#304 not linked to story OPS-7: no ticket OPS-7 is known: no project OPS is collected",
        ),
        (
            "905",
            "Refusals",
            "deployment 905 not linked to any change: it names no commit, so nobody can tell what it carried",
        ),
        (
            "li-late",
            "Refusals",
            "incident LI-late not linked to any deployment:"
            " it names no deployment, and none of links finished in the 24 hours before it",
        ),
        (
            "lk-nameless",
            "Refusals",
            "flag lk-nameless not linked to any story:"
            " no property, tag, name or description of it names a ticket, and the settings name none",
        ),
    ],
    ids=["no story", "no ticket", "not merged", "another board", "no commit", "nothing near", "a flag"],
)
def test_what_is_no_story_says_why_it_is_not_counted(home, key, title, line):
    assert line in part(told(home, key), title)


def test_a_pull_request_that_is_counted_says_in_which_week(home):
    lines = part(told(home, f"{REPOSITORY}#307"), "Where it counts")
    assert "change lead time: counted in the week of 2026-02-17 09:00:00, when deployment 902 ended" in lines


def test_what_others_wrote_cannot_act_on_the_terminal(home):
    lines = told(home, "LK-8")
    shown = "\n".join(lines)
    assert not set(shown) & {letter for letter in HOSTILE if not letter.isprintable()} - {"\n"}
    assert r"\u{1b}[2J" in lines[0]
    assert r"\u{202e}egnahc" in lines[0]
    assert r"two\nlines\r" in lines[0]
    assert "drop table x" in lines[0]
    assert len([line for line in lines if "drop table x" in line]) == 2


def test_an_unknown_key_names_the_close_ones_and_is_wrong_use(home):
    done = _run(home, "explain", "LK-1\x1b1")
    assert done.returncode == 2
    assert "LK-1" in done.stderr
    assert "\x1b" not in done.stderr
    assert "acme/links#301" in _run(home, "explain", "acme/links#3010").stderr

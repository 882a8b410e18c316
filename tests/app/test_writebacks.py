"""The page of write-backs: what waits and why, what a click does, and that no text of a message is ever obeyed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import planting
import planting_messages as planted
import pytest
from conftest import APP, Shown

from app.text_difference import difference
from pipelines.settings import load_settings
from tests.unit.outbox.saying import AT
from tests.unit.outbox.test_report_decisions import HOLDS
from warehouse import outbox
from warehouse.store import open_log

Show = Callable[..., Shown]
Allow = Callable[..., None]


@pytest.fixture
def allow(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Allow]:
    """Publish a full report above a real outbox, and let the settings say this of write-back."""
    planting.full(published)
    planted.outbox_in(published)

    def say(**told: object) -> None:
        lines = [
            f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for name, value in told.items()
        ]
        file = tmp_path / "storyline.toml"
        file.write_text("\n".join(["[writeback]", *lines]))
        monkeypatch.setenv("STORYLINE_CONFIG", str(file))
        load_settings.cache_clear()

    yield say
    load_settings.cache_clear()


def plain(shown: Shown) -> str:
    return shown.markup.replace("\u00a0", " ")


def clicked(shown: Shown, label: str, story: str) -> Shown:
    """Press a button of a story's message."""
    name = next(row for row in ids() if row[0] == story)[1]
    return Shown(shown.page.button(key=f"{label} {name}").click().run())


def ids() -> list[tuple[str, str]]:
    with open_log(load_settings(), command="test", since=AT) as log:
        return [(one.story_key, one.message_id) for one in outbox.messages(log)]


def test_the_first_line_counts_what_waits_what_stands_and_what_failed(show: Show, allow: Allow) -> None:
    allow(mode="approve", approve_in_report=True)
    shown = show("writebacks")
    assert shown.is_sound
    assert (
        "<strong>4 messages</strong> wait for a person, 1 is approved and not sent yet; "
        "<strong>1</strong> stands on its ticket, and <strong>1 failed</strong>."
    ) in plain(shown)
    assert "7 impact comments and 1 letter message" in plain(shown)
    assert "what a person approved is sent by the next night" in shown.markup


def test_a_message_is_shown_with_its_place_its_reason_its_difference_and_its_evidence(show: Show, allow: Allow) -> None:
    allow(mode="approve", approve_in_report=True)
    markup = plain(show("writebacks", about="SHOP-302"))
    assert "in place of what stands on jira SHOP-302 (jira.example): the figures are final." in markup
    assert (
        "<del>Not final: 1,234 people are not counted, whose days are not over; figures are final from 22 Jan" in markup
    )
    assert "<ins>" in markup
    assert "It waits for a person." in markup
    assert "<td>adoption: described</td>" in markup
    assert "sending → sent" in markup
    assert "sent → pending" in markup
    assert "SHOP-301" not in markup.split('class="lead"')[1]


def test_approve_is_kept_in_the_warehouse_and_shown_at_once_though_the_marts_are_older(
    show: Show, allow: Allow
) -> None:
    allow(mode="approve", approve_in_report=True)
    shown = clicked(show("writebacks"), "approve", "SHOP-301")
    assert planted.state_of(load_settings().home, "SHOP-301") == ("approved", "a person approved it in the report")
    assert "<strong>3 messages</strong> wait for a person, 2 are approved" in plain(shown)
    assert 'role="status"><strong>SHOP-301: message ' in shown.markup
    # Whoever opens the page next sees it too; he sees no answer to a click that was not his.
    other = show("writebacks")
    assert "<strong>3 messages</strong> wait for a person, 2 are approved" in plain(other)
    assert 'role="status"' not in other.markup
    assert "pending → approved" in other.markup


def test_what_was_decided_is_laid_over_the_marts_only_until_they_know_it(
    show: Show, allow: Allow, published: Path
) -> None:
    allow(mode="approve", approve_in_report=True)
    clicked(show("writebacks"), "reject", "SHOP-301")
    name = next(row for row in ids() if row[0] == "SHOP-301")[1]
    path = planting.full(published, name="serving-2.duckdb")
    with planting.writer(path) as connection:
        connection.execute("update marts.fct_messages set state = 'pending' where message_id = ?", [name])
        for number in (2, 3):
            connection.execute(
                "insert into marts.fct_message_history select message_id, ?, story_key, kind, 2, to_state, 'pending', "
                "'it was asked for again', changed_at from marts.fct_message_history where message_id = ? limit 1",
                [number, name],
            )
    assert "<strong>4 messages</strong> wait for a person" in plain(show("writebacks"))


def test_reject_and_try_again_do_what_they_say(show: Show, allow: Allow) -> None:
    allow(mode="approve", approve_in_report=True)
    shown = clicked(show("writebacks"), "reject", "SHOP-302")
    shown = clicked(shown, "approve", "SHOP-303")
    home = load_settings().home
    assert planted.state_of(home, "SHOP-302") == ("rejected", "a person rejected it in the report")
    assert planted.state_of(home, "SHOP-303") == ("approved", "a person approved it in the report")
    assert "none failed" in shown.markup


def test_while_another_command_writes_a_click_changes_nothing_and_says_so(show: Show, allow: Allow) -> None:
    allow(mode="approve", approve_in_report=True)
    shown = show("writebacks")
    name, command = ids()[0][1], [sys.executable, "-c", HOLDS, str(load_settings().lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=APP.parent, text=True) as night:
        assert night.stdout is not None
        assert night.stdout.readline() == "held\n"
        shown = Shown(shown.page.button(key=f"approve {name}").click().run())
        assert night.stdin is not None
        night.stdin.close()
    assert shown.is_sound
    assert "Nothing was changed: `storyline nightly` (process " in shown.markup
    assert "<strong>4 messages</strong> wait for a person" in plain(shown)
    assert planted.state_of(load_settings().home, "SHOP-301")[0] == "pending"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("off", "approving sends nothing until <code>writeback.mode</code> is approve"),
        ("dry_run", "approving sends nothing until <code>writeback.mode</code> is approve or auto"),
        ("auto", "every message is sent, approved or not, by the next night"),
    ],
)
def test_the_page_says_what_approving_does_in_this_mode(mode: str, words: str, show: Show, allow: Allow) -> None:
    allow(mode=mode)
    shown = show("writebacks")
    assert shown.is_sound
    assert words in shown.markup
    assert ("for a person" in shown.markup) is False


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "The next night sends it."),
        ({"excluded_projects": ["SHOP"]}, "It waits: SHOP is one of writeback.excluded"),
    ],
)
def test_what_is_approved_says_what_it_waits_for(told: dict[str, object], words: str, show: Show, allow: Allow) -> None:
    allow(mode="approve", **told)
    assert words in show("writebacks", about="SHOP-305").markup


def test_without_the_setting_there_is_no_button_but_the_command_to_type(show: Show, allow: Allow) -> None:
    allow(mode="approve")
    shown = show("writebacks")
    assert [button.label for button in shown.page.button] == []
    name = next(row for row in ids() if row[0] == "SHOP-301")[1]
    assert f"<code>storyline writeback --approve {name[:12]}</code> lets it go" in shown.markup


def test_a_hostile_message_is_plain_text_everywhere(show: Show, allow: Allow) -> None:
    """Markup, links, mentions and scripts in a text, a title and a tracker's error."""
    allow(mode="approve", approve_in_report=True)
    shown = show("writebacks")
    for told in ("&lt;script&gt;alert(1)&lt;/script&gt;", "[click](javascript:alert(1))", "@everyone &lt;!channel&gt;",
                 "**bold** `code` $\\frac{1}{2}$", "&lt;img src=x onerror=alert(2)&gt;"):  # fmt: skip
        assert told in shown.markup
    for obeyed in ("<script", "<img", "onmouseover=alert(1)>all</b>", 'href="javascript', 'href="https://evil', "<b "):
        assert obeyed not in shown.markup
    assert not shown.page.markdown


def test_a_long_text_is_folded_and_a_message_of_another_kind_claims_nothing(show: Show, allow: Allow) -> None:
    allow(mode="approve", approve_in_report=True)
    markup = plain(show("writebacks", about="SHOP-307"))
    assert "Letter message, new on jira SHOP-307" in markup
    assert "<summary>36 more lines</summary>" in markup
    assert "line 59 of the notes" in markup
    assert "It claims no figure." in markup


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a\nb", "a\nb", []),
        ("", "a\nb", ["new a", "new b"]),
        ("a\nb\nc", "a\nx\nc", ["same a", "gone b", "new x", "same c"]),
        (
            "1\n2\n3\n4\nold",
            "1\n2\n3\n4\nnew",
            ["gap 2 lines as they stand", "same 3", "same 4", "gone old", "new new"],
        ),
        ("old\n1\n2\n3", "new\n1\n2\n3", ["gone old", "new new", "same 1", "same 2", "gap 1 line as it stands"]),
    ],
)
def test_a_difference_tells_what_comes_what_goes_and_how_much_stays(before: str, after: str, lines: list[str]) -> None:
    assert [f"{line.what} {line.text}" for line in difference(before, after)] == lines

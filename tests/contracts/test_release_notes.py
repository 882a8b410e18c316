"""The notes of a release get a section of ours once, and whatever people wrote around it or in it stays theirs."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from pipelines.outbox.delivered import Delivered
from pipelines.settings import Settings
from pipelines.settings_sections import NetworkSettings
from pipelines.sources.github.server import Store, serve
from pipelines.sources.loopback import Loopback
from pipelines.summary_settings import Summaries
from pipelines.writeback import Asked, send, show
from pipelines.writeback_settings import Writeback
from tests.contracts import played_github
from tests.contracts.analytics_sites import messages, shipped
from tests.contracts.outbox_sites import LATER
from tests.unit.outbox.saying import BEGUN, FINAL
from warehouse.store import open_log

AT = FINAL + timedelta(hours=6)
WRITES = "PATCH /repos/acme/shop/releases/901"
SAID = "Increased: 1.08 times as likely (95 % CI 1.03 to 1.13; randomised 10 % rollout, n = 8,412)."
HEAD = "862a51f8b6294a4b0729a7c5c929bfd67068d962"


@dataclass
class Hub:
    """A played GitHub with one release that holds what was deployed."""

    site: Loopback
    store: Store
    home: Settings

    @property
    def release(self) -> dict[str, Any]:
        found: dict[str, Any] = next(row for row in self.store.repositories["acme/shop"].releases if row["id"] == 901)
        return found

    def plant(self, merge_sha: str = HEAD, **measured: Any) -> None:
        """Plant a story whose last pull request was merged as a commit."""
        told = {"window_end": FINAL, "wording": SAID, **measured}
        shipped(self.home, as_of=FINAL, **told)
        with open_log(self.home, command="test", since=FINAL) as log:
            log.execute("""
                create or replace table marts.fct_changes as
                select
                    ['SHOP-1'] as story_keys, 'acme/shop' as repository, $sha as merge_sha,
                    timestamptz '2025-12-01 00:00:00+00' as merged_at,
                    timestamptz '2025-12-02 00:00:00+00' as deployed_at
            """, {"sha": merge_sha})  # fmt: skip
            log.execute("""
                create or replace table marts.fct_deployments as
                select null::varchar as repository, null::varchar as ref, null::varchar as sha, now() as started_at
            """)
            log.execute("create schema if not exists intermediate")
            log.execute(f"""
                create or replace table intermediate.int_commit_edges as
                select 'acme/shop' as repository, '{HEAD}' as sha, '{"a" * 40}' as parent_sha
            """)

    def send(self, after: timedelta = timedelta()) -> Delivered:
        return send(self.home, Asked(), clock=lambda: AT + after)


@pytest.fixture
def hub(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("STORYLINE_GITHUB_TOKEN", played_github.TOKEN)
    store = Store(tokens={played_github.TOKEN})
    store.record(played_github.FIXTURES)
    notes = {"enabled": True, "enabled_at": BEGUN, "repositories": ["acme/shop"]}
    with serve(store) as site:
        told = Settings(
            home=settings.home, summaries=Summaries(provider="off"),
            writeback=Writeback.model_validate({"mode": "auto", "enabled_at": AT, "release_notes": notes}),
            network=NetworkSettings(attempts=2, timeout_seconds=2, max_wait_seconds=1),
            sources={"github": {"url": site.url, "host": "github.com", "repositories": ["acme/shop"]}},
        )  # fmt: skip
        played_github.run(told, site, store)
        found = Hub(site, store, told)
        found.plant()
        yield found


def sections(hub: Hub) -> int:
    return str(hub.release["body"]).count("<!-- storyline SHOP-1/release_note/1 ")


def test_a_release_that_holds_the_story_gets_its_sentence_once_and_keeps_what_people_wrote(hub):
    done = [hub.send(LATER * number) for number in range(3)]
    assert [one.posted for one in done] == [1, 0, 0]
    assert done[0].sentences == ["1 release note was posted."]
    assert hub.release["body"].startswith("Thanks to @Grace-H\n\n<!-- storyline SHOP-1/release_note/1 ")
    assert "1.08 times as likely" in hub.release["body"].replace("\u200b", "").replace("\\", "")
    with open_log(hub.home, command="test", since=AT) as log:
        told = log.execute("""
            select subject, json_extract_string(payload, '$.release') from log.current_events
            where event_type = 'release_note.posted'
        """).fetchall()  # fmt: skip
    assert told == [("release:acme/shop/releases/901#SHOP-1", "acme/shop v1.0")]


@pytest.mark.parametrize("fault", ["lost", "denied", "truncate", "garbage", "drop"])
def test_whatever_becomes_of_the_answer_it_stands_there_once(fault, hub):
    hub.site.faults.next(fault, match=WRITES)
    assert len(hub.send().troubles) == 1
    hub.send(LATER)
    assert sections(hub) == 1
    assert [one.state for one in messages(hub.home)] == ["sent"]


def test_a_commit_before_that_of_the_release_is_in_it(hub):
    hub.plant("a" * 40)
    assert hub.send().posted == 1


def test_a_release_that_names_a_branch_holds_what_a_deployment_of_its_tag_tells(hub):
    hub.release.update(target_commitish="main", updated_at="2026-03-10T00:00:00Z")
    hub.store.repositories["acme/shop"].releases[1]["draft"] = False
    played_github.run(hub.home, hub.site, hub.store, hours=24)
    assert hub.send().posted == 0
    with open_log(hub.home, command="test", since=AT) as log:
        log.execute("update marts.fct_deployments set repository = 'acme/shop', ref = 'v1.0', sha = $1", [HEAD])
    assert hub.send().posted == 1


def test_what_no_release_holds_is_withheld_with_its_reason(hub):
    hub.plant("b" * 40)
    assert "SHOP-1: no release of acme/shop is known to hold what was deployed." in " ".join(show(hub.home, Asked()))
    assert hub.send().sentences == []
    assert sections(hub) == 0


def test_a_correction_is_written_in_its_place_and_what_stands_around_it_stays(hub):
    hub.send()
    hub.release["body"] = "Before.\r\n\r\n" + hub.release["body"].replace("\n", "\r\n") + "\r\nAfter."
    hub.plant(answer="decreased", ratio=0.7, wording="Decreased: 0.7 times as likely.")
    assert hub.send().updated == 1
    body = hub.release["body"]
    assert (sections(hub), "Decreased" in body, "Increased" in body) == (1, True, False)
    assert body.startswith("Before.\r\n\r\nThanks to @Grace-H\r\n")
    assert body.endswith("\r\nAfter.")


def _edit(body: str) -> str:
    return body.replace("Increased", "We increased")


def _delete(body: str) -> str:
    return body.partition("<!--")[0]


@pytest.mark.parametrize(("change", "reason"), [
    (_edit, "somebody edited the release note; it is left as it is"),
    (_delete, "somebody deleted the release note; it is not posted again"),
])  # fmt: skip
def test_a_section_that_a_person_touched_is_left_alone_and_noted(change: Callable[[str], str], reason, hub):
    hub.send()
    touched = hub.release["body"] = change(hub.release["body"])
    hub.plant(answer="decreased", ratio=0.7, wording="Decreased: 0.7 times as likely.")
    hub.send()
    assert hub.release["body"] == touched
    assert [(one.state, one.reason) for one in messages(hub.home)] == [("superseded", reason)]


def test_an_older_copy_of_the_warehouse_finds_what_it_does_not_remember(hub):
    show(hub.home, Asked())
    copy = hub.home.home.with_name("copy.duckdb")
    shutil.copyfile(hub.home.database, copy)
    hub.send()
    shutil.copyfile(copy, hub.home.database)
    assert hub.send(timedelta(days=30)).found == 1
    assert sections(hub) == 1


@pytest.mark.parametrize(("status", "state"), [(403, "failed"), (422, "failed"), (401, "approved"), (429, "approved")])
def test_a_refusal_is_final_or_waits(status, state, hub):
    hub.site.faults.next("status", match=WRITES, status=status)
    hub.send()
    assert [one.state for one in messages(hub.home)] == [state]
    assert sections(hub) == 0


def test_a_text_cannot_end_the_section_that_it_stands_in(hub):
    hub.plant(wording="Higher <!-- /storyline SHOP-1/release_note/1 --> @everyone [x](http://evil.example)")
    hub.send()
    body = hub.release["body"]
    assert body.count("<!-- /storyline SHOP-1/release_note/1 -->") == 1
    assert "@everyone" not in body
    assert hub.send(LATER).sentences == []

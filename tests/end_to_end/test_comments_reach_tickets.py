"""The demo company in mode `auto`: each story that is told of has one comment, and it reads what the outbox holds."""

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipelines.demo import played
from pipelines.outbox.message import document_of
from pipelines.outbox.render import render
from pipelines.settings import Settings, environment
from pipelines.sources.loopback import Loopback, Reply, Request
from tests.conftest import ROOT, command_line
from tests.contracts import outbox_worker
from tests.contracts.outbox_sites import messages
from tests.end_to_end.conftest import Recovered
from tests.end_to_end.recovering import rows
from tests.forked import ended, forked, kill
from warehouse.outbox import Message

KILLS = 50
# A story's comment stands after eight requests, so most kills find one half said.
MOST_REQUESTS = 9
_POSTED = "select payload->>'story_key' from log.current_events where event_type = 'comment.posted'"
_AUTO = """
[writeback]
mode = "auto"
enabled_at = "{since}"
comments_per_hour = 10000
"""


@dataclass
class Tracker:
    """The company's tracker, up, and a home whose marts are those of its night."""

    settings: Settings
    server: Loopback

    def sent(self) -> list[Message]:
        return [one for one in messages(self.settings) if one.state == "sent"]

    def comments(self, ticket: str) -> list[Any]:
        """What a reader of a ticket finds there of ours: the stored body of each comment that bears our property."""
        headers = next(one.headers for one in self.server.requests if "authorization" in one.headers)
        with httpx.Client(base_url=self.server.url, headers={"Authorization": headers["authorization"]}) as reader:
            told = reader.get(f"/rest/api/3/issue/{ticket}/comment").json()["comments"]
            return [one["body"] for one in told if self._is_ours(reader, one["id"])]

    @staticmethod
    def _is_ours(reader: httpx.Client, comment: str) -> bool:
        return reader.get(f"/rest/api/3/comment/{comment}/properties/storyline").status_code == httpx.codes.OK


@pytest.fixture
def tracker(recovered: Recovered, tmp_path: Path) -> Iterator[Tracker]:
    """A copy of the company's home after its night, and its vendors once more, at the sites that the home knows."""
    shutil.copytree(recovered.settings.home, tmp_path / "home", symlinks=True)
    file = tmp_path / "storyline.toml"
    with played(recovered.company, recovered.as_of, file) as servers:
        file.write_text(file.read_text() + _AUTO.format(since=recovered.company.begins_at.isoformat()))
        yield Tracker(recovered.settings.model_copy(update={"home": tmp_path / "home"}), servers["jira"])


def _standing_once(tracker: Tracker) -> None:
    """Each message that was sent stands on its ticket once, byte for byte, and nothing else of ours stands anywhere."""
    sent = tracker.sent()
    for message in sent:
        assert tracker.comments(message.ticket_key) == [render(document_of(message), "adf")], message.story_key
    posted = {what: count for what, count in tracker.server.written.items() if what.startswith("comment on ")}
    assert posted == {f"comment on {one.ticket_key}": 1 for one in sent}
    told = rows(
        tracker.settings, "select payload->>'story_key' from log.current_events where event_type = 'comment.posted'"
    )
    assert Counter(key for (key,) in told) == Counter(one.story_key for one in sent)


def test_each_story_that_is_told_of_has_one_comment_that_reads_what_the_outbox_holds(tracker):
    for _ in range(2):
        command = command_line("writeback", "--send")
        told = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
    assert len(tracker.sent()) > 20
    _standing_once(tracker)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_killed_fifty_times_at_any_request_each_story_has_one_comment(tracker):
    dice, victim, kills = random.Random(20_260_331), list[BaseProcess](), 0
    routes, left = tracker.server._routes, [0]

    def answer(request: Request) -> Reply:
        left[0] -= 1
        if left[0] or not victim:
            return routes(request)
        reply = routes(request) if dice.random() < 0.5 else Reply(503)
        kill(victim.pop())
        return reply

    tracker.server._routes = answer
    for number in range(KILLS):
        left[0] = dice.randint(1, MOST_REQUESTS)
        # What was on its way is looked for again once it cannot arrive any more.
        process = forked(outbox_worker.configured, 11 * number, env=environment())
        victim.append(process)
        kills += ended(process, 120) == -9
        victim.clear()
    for number in (KILLS, KILLS + 1):
        assert ended(forked(outbox_worker.configured, 11 * number, env=environment()), 120) == 0
    assert kills == KILLS, "too few comments: some senders had nothing left to die at"
    assert {one.state for one in messages(tracker.settings)} == {"sent"}
    _standing_once(tracker)

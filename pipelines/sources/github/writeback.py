"""Writes a section of ours into the notes of a GitHub release, and finds it again by the comments around it.

Notes are one text, and GitHub takes it whole. So it is read right before, and all that stands around our section is
sent back as it is.
"""

import re
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.github.client import GitHubClient
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.limits import GitHubLimits
from pipelines.sources.live import BadAnswerError, Network
from pipelines.sources.once import Once, taken
from pipelines.sources.writing import Form, LostError, Mark, NotTakenError, Sight, Standing, text_digest

_PLACE = re.compile(r"([^/\s]+/[^/\s]+)/releases/(\d+)#(\S+)")
_SECTION = r"<!-- storyline {name} (?P<hash>\w+) (?P<text>\w+) -->\s*(?P<body>.*?)\s*<!-- /storyline {name} -->"


class GitHubNotes:
    """Writes to the releases of one GitHub. Implements `Writer`."""

    vendor = "github"

    def __init__(self, connection: GitHubConnection, network: Network) -> None:
        self.instance = connection.instance
        self._client = GitHubClient(connection, network)
        self._url, self._network = connection.url, network
        self._once: Once | None = None

    @property
    def form(self) -> Form:
        """Markdown."""
        return "markdown"

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:  # noqa: ARG002 - `Writer`'s
        """Read the release, as `owner/repository/releases/id#story`, and look for our section in it."""
        repository, number, story = _read(ticket)
        row = mapping_of(self._client.get(f"/repos/{repository}/releases/{number}").json())
        found = _find(_notes(row), _name(story, mark))
        standing = None
        if found is not None:
            standing = Standing(number, found["hash"], text_digest(found["body"]) != found["text"])
        return Sight(ticket, f"{repository} {row.get('tag_name')}", standing, known_id)

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Add our section at the end of the notes."""
        repository, number, story = _read(sight.ticket_id)
        notes = self._fresh(repository, number)
        section = _section(_name(story, mark), body, mark)
        self._write(repository, number, f"{notes.rstrip()}\n\n{section}\n" if notes.strip() else f"{section}\n")
        return number

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Write our section anew where it stands."""
        repository, number, story = _read(sight.ticket_id)
        notes, name = self._fresh(repository, number), _name(story, mark)
        found = _find(notes, name)
        if found is None or text_digest(found["body"]) != found["text"]:
            raise NotTakenError("somebody edited the section of ours meanwhile; it is left as it is")
        section = _section(name, body, mark)
        self._write(repository, number, f"{notes[: found.start()]}{section}{notes[found.end() :]}")

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Note nothing: the notes are where it stands."""

    def close(self) -> None:
        """Close every connection."""
        self._client.close()
        if self._once is not None:
            self._once.close()

    def _fresh(self, repository: str, number: str) -> str:
        """Read the notes right before they are written."""
        return _notes(mapping_of(self._client.get(f"/repos/{repository}/releases/{number}").json()))

    def _write(self, repository: str, number: str, notes: str) -> None:
        if self._once is None:
            self._once = Once(
                self._url, headers=self._client.signed(), limits=GitHubLimits(), network=self._network
            )  # fmt: skip
        answer = self._once.send("PATCH", f"/repos/{repository}/releases/{number}", {"body": notes})
        if text_digest(_notes(mapping_of(taken(answer)))) != text_digest(notes):
            raise LostError("github answers with other notes than were sent")


def _read(ticket: str) -> tuple[str, str, str]:
    found = _PLACE.fullmatch(ticket)
    if found is None:
        raise BadAnswerError(f"{ticket!r} names no release")
    return found[1], found[2], found[3]


def _notes(row: Any) -> str:
    return str(row.get("body") or "")


def _name(story: str, mark: Mark) -> str:
    return f"{story}/{mark.place}"


def _find(notes: str, name: str) -> re.Match[str] | None:
    return re.search(_SECTION.format(name=re.escape(name)), notes, re.DOTALL)


def _section(name: str, body: str, mark: Mark) -> str:
    digest = text_digest(body)
    return f"<!-- storyline {name} {mark.content_hash} {digest} -->\n{body}\n<!-- /storyline {name} -->"

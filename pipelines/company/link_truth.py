"""What truly belongs together, what only seems to, and what no sign can tell: by the facts, and by nothing that links.

A pull request is called by the commit it came onto its branch as, even one that never came there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.company.branches import merge_sha
from pipelines.company.company import Company
from pipelines.company.effects import Kind
from pipelines.company.facts import PullRequest
from pipelines.company.flags import PRODUCTION
from pipelines.company.mentions import ELSEWHERE, named_flags
from pipelines.company.people import BOTS
from pipelines.company.topic_rules import topic_rules
from pipelines.company.trials import feature_event

# Words of the company's titles that look like keys and are none.
LOOKALIKES = ("UTF-8", "SHA-256", "RFC-2616")


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two things, by their kinds and keys."""

    from_kind: str
    from_key: str
    to_kind: str
    to_key: str


@dataclass(frozen=True, slots=True)
class LinkTruth:
    """What is true at a moment.

    Attributes:
        links: what belongs together and can be known to.
        refused: what only seems to.
        unknowable: what belongs together, and nothing that is told says so.
        alone: pull requests that belong to no story, by whether a bot opened them.
    """

    links: tuple[Pair, ...]
    refused: tuple[Pair, ...]
    unknowable: tuple[Pair, ...]
    alone: dict[str, bool]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, a list for each pair."""
        pairs = {"links": self.links, "refused": self.refused, "unknowable": self.unknowable}
        told: dict[str, Any] = {
            name: [[one.from_kind, one.from_key, one.to_kind, one.to_key] for one in found]
            for name, found in pairs.items()
        }
        return told | {"alone": self.alone}


def link_truth(company: Company, as_of: datetime) -> LinkTruth:
    """Return what is true of all that had happened by a moment."""
    named = set(_named(company, as_of))
    links = {
        *named, *_repeated(company, as_of), *_held(company, as_of), *_built(company, as_of), *_carried(company, as_of),
        *_let_out(company, as_of), *_blamed(company, as_of), *_talked(company, as_of),
    }  # fmt: skip
    rules = {rule["topic"]: rule.get("stories", ()) for rule in topic_rules(company)}
    keys = {story.key: story.key_at(as_of) for story in company.stories}
    links |= {Pair("topic", topic, "story", keys[story]) for topic, stories in rules.items() for story in stories}
    tied = {one.from_key for one in named}
    bots = {bot.key for bot in BOTS}
    alone = {merge_sha(pull): pull.author in bots for pull in _opened(company, as_of) if merge_sha(pull) not in tied}
    refused, unknowable = _seeming(company, as_of), _untold(company, as_of)
    return LinkTruth(tuple(sorted(links)), tuple(sorted(refused)), tuple(sorted(unknowable)), alone)


def _opened(company: Company, as_of: datetime) -> list[PullRequest]:
    pulls = [*company.strays, *(one.pull for one in company.given_up)]
    pulls += [pull for story in company.stories for pull in story.pull_requests]
    return list({merge_sha(pull): pull for pull in pulls if pull.opened_at <= as_of}.values())


def _named(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield pull request and ticket: the story, the part of it that is named instead, or an epic."""
    parts = [part for part in company.subtasks if part.created_at <= as_of]
    for story in (one for one in company.stories if one.created_at <= as_of):
        for pull in (one for one in story.pull_requests if one.opened_at <= as_of):
            yield Pair("change", merge_sha(pull), "story", story.key_at(as_of))
            for part in parts:
                if part.story == story.key and _says(pull, part.key):
                    yield Pair("change", merge_sha(pull), "story", part.key)
        for given in company.given_up:
            if given.pull.opened_at <= as_of and given.pull.title.startswith(f"{story.key}: "):
                yield Pair("change", merge_sha(given.pull), "story", story.key_at(as_of))
    epics = {epic.key for epic in company.epics}
    for pull in (one for one in company.strays if one.opened_at <= as_of):
        if (key := pull.title.partition(":")[0]) in epics:
            yield Pair("change", merge_sha(pull), "story", key)


def _says(pull: PullRequest, key: str) -> bool:
    return f"{key}:" in pull.title or pull.branch.upper().startswith(f"{key}-")


def _repeated(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield pull request and pull request: what it takes back, repairs, or was given up for; and the flag it names."""
    pulls = _opened(company, as_of)
    for pull in pulls:
        if pull.repairs:
            yield Pair("change", merge_sha(pull), "change", pull.repairs)
        if pull.base != "main":
            picked = pull.commits[0].message.partition("(cherry picked from commit ")[2].rstrip(")")
            yield Pair("change", merge_sha(pull), "change", picked)
    for given in company.given_up:
        if given.instead and given.closed_at <= as_of:
            yield Pair("change", merge_sha(given.pull), "change", given.instead)
    there = {merge_sha(pull) for pull in pulls}
    yield from (Pair("change", sha, "flag", key) for sha, key in named_flags(company).items() if sha in there)


def _held(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield commit and pull request: those of its branch as it stands, and the one that it came onto the branch as."""
    for pull in _opened(company, as_of):
        is_rewritten = pull.rewritten_at is None or pull.rewritten_at <= as_of
        for commit in pull.commits if is_rewritten else pull.commits_before:
            if commit.committed_at <= as_of:
                yield Pair("commit", f"{pull.repository}@{commit.sha}", "change", merge_sha(pull))
        if pull.merged_at <= as_of:
            yield Pair("commit", f"{pull.repository}@{merge_sha(pull)}", "change", merge_sha(pull))


def _built(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield build and pull request."""
    shas = {sha[:12]: sha for sha in map(merge_sha, _opened(company, as_of))}
    for build in company.builds:
        if build.created_at <= as_of:
            yield Pair("build", f"{build.key}.{build.attempt}", "change", shas[build.key.partition("-")[0]])


def _carried(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield pull request and the deployment of each service that put it into production first."""
    for one in company.deployments:
        if one.environment == PRODUCTION and one.is_success and one.finished_at <= as_of:
            yield from (Pair("change", sha, "deployment", one.key) for sha in one.pulls)


def _let_out(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield flag and story, and product event and story where anybody may have used the feature."""
    unused = {effect.story for effect in company.effects if effect.kind is Kind.UNUSED}
    felt = {effect.story for effect in company.effects} - unused
    for story in company.stories:
        if story.flag and min(pull.opened_at for pull in story.pull_requests) <= as_of:
            yield Pair("flag", story.flag.key, "story", story.key_at(as_of))
        if story.key in felt:
            yield Pair("feature_event", feature_event(story), "story", story.key_at(as_of))


def _blamed(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield incident and the deployment, or the flag and its story, that it was; a flag only where it is named."""
    stories = {story.flag.key: story.key_at(as_of) for story in company.stories if story.flag}
    for incident in (one for one in company.incidents if one.opened_at <= as_of):
        if incident.deployment:
            yield Pair("incident", incident.key, "deployment", incident.deployment)
        if incident.flag and incident.is_explicit:
            yield Pair("incident", incident.key, "flag", incident.flag)
            yield Pair("incident", incident.key, "story", stories[incident.flag])


def _talked(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield interview and story."""
    for story in company.stories:
        if story.interview and story.created_at <= as_of:
            yield Pair("interview", story.interview.key, "story", story.key_at(as_of))


def _seeming(company: Company, as_of: datetime) -> Iterator[Pair]:
    """Yield what looks like a ticket of a pull request and is none, is gone, or is of a board that nobody collects."""
    gone = [one.key for one in company.mistakes if one.deleted_at <= as_of]
    for pull in (one for one in company.strays if one.opened_at <= as_of):
        words = [word for word in LOOKALIKES if word in pull.title]
        key = pull.title.partition(":")[0]
        words += [key] if key in gone or key.startswith(f"{ELSEWHERE}-") else []
        yield from (Pair("change", merge_sha(pull), "story", word) for word in words)


def _untold(company: Company, as_of: datetime) -> Iterable[Pair]:
    """Yield the flags whose incident names nothing: well before them nothing went out, and so nothing is blamed."""
    return [
        Pair("incident", one.key, "flag", one.flag)
        for one in company.incidents
        if one.flag and not one.is_explicit and one.opened_at <= as_of
    ]

"""Shows the demo company's code as GitHub has it at a moment: pull requests, the default branch, deployments."""

from datetime import datetime
from pathlib import Path

from pipelines.company import Company
from pipelines.company.facts import Commit, Deployment, Person, PullRequest, Review, Team
from pipelines.company.people import BOTS
from pipelines.company.releases import merge_sha, root_sha
from pipelines.sources.github.server import serve
from pipelines.sources.github.server.store import Repository, Row, Store
from pipelines.sources.github.walks import stamp
from pipelines.sources.played import Demo, Played

_WEB, _API = "https://github.com", "https://api.github.com/repos"
_STATES = {"approved": "APPROVED", "changes_requested": "CHANGES_REQUESTED", "commented": "COMMENTED"}
_TOKEN = "ghp_demo"  # noqa: S105 - of a vendor that is played
_GITHUB = {"name": "GitHub", "email": "noreply@github.com"}


def hub(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the repositories with all that had happened by then."""
    store = Store(tokens=tokens)
    for number, team in enumerate(company.teams, 1):
        store.repositories[team.repository] = _Shown(company, team, number, as_of).repository()
    return store


class _Shown:
    """One repository at a moment."""

    def __init__(self, company: Company, team: Team, number: int, as_of: datetime) -> None:
        self._company, self._team, self._as_of = company, team, as_of
        everyone = [person for each in company.teams for person in each.members]
        self._people = {person.key: (place, person) for place, person in enumerate([*BOTS, *everyone], 1)}
        described = {"html_url": f"{_WEB}/{team.repository}", "default_branch": "main", "id": number}
        self._shown = Repository(team.repository, number, described)
        # Ids are the vendor's own, each in its own range.
        self._first_id = number * 1_000_000

    def repository(self) -> Repository:
        """Return it."""
        stories = (story for story in self._company.stories if story.team == self._team.key)
        strays = [pull for pull in self._company.strays if pull.repository == self._team.repository]
        written = [*strays, *(pull for story in stories for pull in story.pull_requests)]
        pulls = sorted(written, key=lambda one: (one.opened_at, one.branch))
        for number, pull in enumerate(pulls, 1):
            if pull.opened_at <= self._as_of:
                self._pull_request(number, pull)
        self._default_branch(dict(enumerate(pulls, 1)))
        service = self._team.repository.partition("/")[2]
        deployed = [one for one in self._company.deployments if one.service == service]
        for number, one in enumerate(deployed, 1):
            if one.created_at <= self._as_of:
                later = next((each for each in deployed[number:] if each.is_success), None)
                self._deployment(number, one, later)
        return self._shown

    def _user(self, key: str) -> Row:
        place, person = self._people[key]
        kind = "Bot" if person.login.endswith("[bot]") else "User"
        return {
            "login": person.login,
            "id": place,
            "html_url": f"{_WEB}/{person.login}",
            "type": kind,
            "site_admin": False,
        }

    def _signed(self, person: Person, at: datetime) -> Row:
        return {"name": person.name, "email": person.email, "date": stamp(at)}

    def _commit(self, commit: Commit, first_parent: str) -> Row:
        person = self._people[commit.author][1]
        told = {
            "author": self._signed(person, commit.authored_at),
            "committer": self._signed(person, commit.committed_at),
        }
        return {
            "sha": commit.sha,
            "commit": told | {"message": commit.message},
            "url": f"{_API}/{self._team.repository}/commits/{commit.sha}",
            "html_url": f"{_WEB}/{self._team.repository}/commit/{commit.sha}",
            "author": self._user(commit.author),
            "committer": self._user(commit.author),
            "parents": [{"sha": parent} for parent in commit.parents or (first_parent,)],
        }

    def _landed(self, sha: str, parents: list[str], pull: PullRequest, message: str) -> Row:
        person = self._people[pull.author][1]
        told = {"author": self._signed(person, pull.merged_at), "committer": _GITHUB | {"date": stamp(pull.merged_at)}}
        return {
            "sha": sha,
            "commit": told | {"message": message},
            "url": f"{_API}/{self._team.repository}/commits/{sha}",
            "html_url": f"{_WEB}/{self._team.repository}/commit/{sha}",
            "author": self._user(pull.author),
            "committer": None,
            "parents": [{"sha": parent} for parent in parents],
        }

    def _default_branch(self, pulls: dict[int, PullRequest]) -> None:
        """Lay down what was merged, newest first, as each was merged: squashed, with its commits, or each anew."""
        root, begins = root_sha(self._team.repository), self._company.begins_at
        first = Commit(root, (), begins, begins, self._team.members[0].key, "Begin")
        laid = [self._commit(first, root) | {"parents": []}]
        merged = sorted(pulls.items(), key=lambda pair: (pair[1].merged_at, pair[1].branch))
        for number, pull in merged:
            if pull.merged_at > self._as_of:
                break
            head, sha, title = laid[-1]["sha"], merge_sha(pull), f"{pull.title} (#{number})"
            if pull.merge_method == "squash":
                laid.append(self._landed(sha, [head], pull, title))
            elif pull.merge_method == "merge":
                laid += [self._commit(commit, root) for commit in pull.commits]
                text = f"Merge pull request #{number} from acme/{pull.branch}\n\n{pull.title}"
                laid.append(self._landed(sha, [head, pull.commits[-1].sha], pull, text))
            else:
                for commit in pull.commits:
                    new = sha if commit is pull.commits[-1] else f"{number:08x}{commit.sha[8:]}"
                    laid.append(self._landed(new, [laid[-1]["sha"]], pull, commit.message))
        self._shown.commits = laid[::-1]

    def _pull_request(self, number: int, pull: PullRequest) -> None:
        name, as_of = self._team.repository, self._as_of
        commits = [commit for commit in pull.commits if commit.committed_at <= as_of]
        reviews = [review for review in pull.reviews if review.at <= as_of]
        is_ready = pull.ready_at is None or pull.ready_at <= as_of
        merged = stamp(pull.merged_at) if pull.merged_at <= as_of else None
        touched = [pull.opened_at, pull.ready_at, pull.merged_at, *(one.at for one in reviews)]
        touched += [commit.committed_at for commit in commits]
        where = {"repo": {"full_name": name, "html_url": f"{_WEB}/{name}", "default_branch": "main"}}
        self._shown.pulls[number] = {
            "id": self._first_id + number * 10,
            "number": number,
            "url": f"{_API}/{name}/pulls/{number}",
            "html_url": f"{_WEB}/{name}/pull/{number}",
            "state": "closed" if merged else "open",
            "draft": not is_ready,
            "title": pull.title,
            "body": None,
            "user": self._user(pull.author),
            "labels": [],
            "created_at": stamp(pull.opened_at),
            "updated_at": stamp(max(at for at in touched if at is not None and at <= as_of)),
            "closed_at": merged,
            "merged_at": merged,
            "merge_commit_sha": merge_sha(pull) if merged else None,
            "head": {"label": f"acme:{pull.branch}", "ref": pull.branch, "sha": commits[-1].sha, **where},
            "base": {"label": "acme:main", "ref": "main", "sha": root_sha(name), **where},
        }
        self._shown.commits_of[number] = [self._commit(commit, root_sha(name)) for commit in commits]
        self._shown.reviews_of[number] = [
            self._review(number, place, review, commits[-1].sha) for place, review in enumerate(reviews)
        ]
        self._shown.events_of[number] = self._events(number, pull)

    def _review(self, number: int, place: int, review: Review, sha: str) -> Row:
        return {
            "id": self._first_id + number * 100 + place,
            "user": self._user(review.by),
            "body": "",
            "state": _STATES[review.state],
            "html_url": f"{_WEB}/{self._team.repository}/pull/{number}#pullrequestreview-{place}",
            "submitted_at": stamp(review.at),
            "commit_id": sha,
        }

    def _events(self, number: int, pull: PullRequest) -> list[Row]:
        told = [("ready_for_review", pull.ready_at, pull.author)]
        told += [(kind, pull.merged_at, pull.merged_by) for kind in ("merged", "closed")]
        return [
            {
                "id": self._first_id + number * 1_000 + place,
                "event": kind,
                "actor": self._user(by),
                "commit_id": merge_sha(pull) if kind == "merged" else None,
                "created_at": stamp(at),
                "issue": {"number": number, "html_url": f"{_WEB}/{self._team.repository}/pull/{number}"},
            }
            for place, (kind, at, by) in enumerate(told)
            if at is not None and at <= self._as_of
        ]

    def _deployment(self, number: int, one: Deployment, later: Deployment | None) -> None:
        key, creator = self._first_id + number, self._user(self._team.members[0].key)
        told = [("in_progress", one.created_at), ("success" if one.is_success else "failure", one.finished_at)]
        if one.is_success and later is not None:
            told.append(("inactive", later.finished_at))
        known = [(state, at) for state, at in told if at <= self._as_of]
        self._shown.deployments[key] = {
            "id": key,
            "url": f"{_API}/{self._team.repository}/deployments/{key}",
            "sha": one.sha,
            "ref": "main",
            "task": "deploy",
            "payload": {},
            "environment": one.environment,
            "original_environment": one.environment,
            "description": None,
            "creator": creator,
            "created_at": stamp(one.created_at),
            "updated_at": stamp(known[-1][1]),
            "transient_environment": False,
            "production_environment": one.environment == "production",
        }
        self._shown.statuses_of[key] = [
            {
                "id": key * 10 + place,
                "state": state,
                "creator": creator,
                "environment": one.environment,
                "created_at": stamp(at),
                "updated_at": stamp(at),
            }
            for place, (state, at) in reversed(list(enumerate(known)))
        ]


class _Demo:
    """The company's forge. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the forge."""
        table = {"host": "github.com", "repositories": [team.repository for team in company.teams]}
        return Played(serve(hub(company, as_of, tokens={_TOKEN})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()

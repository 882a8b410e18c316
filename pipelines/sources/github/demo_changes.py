"""Shows the demo company's pull requests, and the incidents that it keeps as issues."""

from datetime import datetime

from pipelines.company.facts import Commit, PullRequest, Review
from pipelines.company.monorepo import paths_of
from pipelines.company.operations import Incident
from pipelines.company.releases import merge_sha, root_sha
from pipelines.sources.github.demo_repository import API, WEB, Shown
from pipelines.sources.github.server.store import Row
from pipelines.sources.github.walks import stamp

_STATES = {"approved": "APPROVED", "changes_requested": "CHANGES_REQUESTED", "commented": "COMMENTED"}


def show_changes(shown: Shown) -> None:
    """Fill in what was opened by now."""
    for number, pull in shown.pulls.items():
        if shown.known(pull.opened_at):
            _pull_request(shown, number, pull)
    for number, incident in shown.incidents.items():
        if shown.known(incident.opened_at):
            _issue(shown, number, incident)


def commit_row(shown: Shown, commit: Commit, first_parent: str) -> Row:
    """Return a commit as its author wrote it."""
    person = shown.person(commit.author)
    told = {
        "author": shown.signed(person, commit.authored_at),
        "committer": shown.signed(person, commit.committed_at),
    }
    return {
        "sha": commit.sha,
        "commit": told | {"message": commit.message},
        "url": f"{API}/{shown.name}/commits/{commit.sha}",
        "html_url": f"{WEB}/{shown.name}/commit/{commit.sha}",
        "author": shown.user(commit.author),
        "committer": shown.user(commit.author),
        "parents": [{"sha": parent} for parent in commit.parents or (first_parent,)],
    }


def _pull_request(shown: Shown, number: int, pull: PullRequest) -> None:
    name, rows = shown.name, shown.rows
    is_rewritten = shown.known(pull.rewritten_at)
    there = pull.commits if is_rewritten or not pull.rewritten_at else pull.commits_before
    commits = [commit for commit in there if shown.known(commit.committed_at)]
    reviews = [review for review in pull.reviews if shown.known(review.at)]
    merged = stamp(pull.merged_at) if shown.known(pull.merged_at) else None
    left = _left_at(shown, pull)
    closed = merged or (stamp(left) if left else None)
    touched = [pull.opened_at, pull.ready_at, pull.rewritten_at, pull.merged_at, left]
    touched += [one.at for one in reviews]
    touched += [commit.committed_at for commit in commits]
    where = {"repo": {"full_name": name, "html_url": f"{WEB}/{name}", "default_branch": "main"}}
    rows.pulls[number] = {
        "id": shown.first_id + number * 10,
        "number": number,
        "url": f"{API}/{name}/pulls/{number}",
        "html_url": f"{WEB}/{name}/pull/{number}",
        "state": "closed" if closed else "open",
        "draft": pull.ready_at is not None and not shown.known(pull.ready_at),
        "title": pull.title,
        "body": _body(shown, pull),
        "user": shown.user(pull.author),
        "labels": [shown.label(label) for label in pull.labels],
        "files": [{"filename": path} for path in paths_of(shown.company, pull)],
        "created_at": stamp(pull.opened_at),
        "updated_at": stamp(max(at for at in touched if at is not None and shown.known(at))),
        "closed_at": closed,
        "merged_at": merged,
        "merge_commit_sha": merge_sha(pull) if merged else None,
        "head": {"label": f"acme:{pull.branch}", "ref": pull.branch, "sha": commits[-1].sha, **where},
        "base": {"label": f"acme:{pull.base}", "ref": pull.base, "sha": root_sha(name), **where},
    }
    rows.commits_of[number] = [commit_row(shown, commit, root_sha(name)) for commit in commits]
    rows.reviews_of[number] = [
        _review(shown, number, place, review, _head(pull, review.at)) for place, review in enumerate(reviews)
    ]
    rows.events_of[number] = _events(shown, number, pull)


def _left_at(shown: Shown, pull: PullRequest) -> datetime | None:
    """Return when a pull request was closed without a merge, None where it was not, or not by now."""
    given_up = shown.given_up.get(merge_sha(pull))
    return given_up.closed_at if given_up and shown.known(given_up.closed_at) else None


def _head(pull: PullRequest, at: datetime) -> str:
    """Return the commit that was looked at: the last one of its time."""
    there = pull.commits_before or pull.commits
    return [commit.sha for commit in there if commit.committed_at <= max(at, pull.opened_at)][-1]


def _body(shown: Shown, pull: PullRequest) -> str | None:
    told: list[str] = []
    if pull.repairs:
        number = shown.numbers[pull.repairs]
        told.append(f"Reverts {shown.name}#{number}" if pull.repair == "revert" else f"Repairs what #{number} broke.")
    if pull.fixes:
        told.append(f"Fixes #{shown.numbers[pull.fixes]}")
    given_up = shown.given_up.get(merge_sha(pull))
    if given_up and given_up.instead and shown.known(given_up.closed_at):
        told.append(f"Superseded by #{shown.numbers[given_up.instead]}")
    if pull.footer:
        told.append(pull.footer)
    if flag := shown.named_flags.get(merge_sha(pull)):
        told.append(f"Feature-Flag: {flag}")
    return "\n\n".join(told) or None


def _review(shown: Shown, number: int, place: int, review: Review, sha: str) -> Row:
    return {
        "id": shown.first_id + number * 100 + place,
        "user": shown.user(review.by),
        "body": "",
        "state": _STATES[review.state],
        "html_url": f"{WEB}/{shown.name}/pull/{number}#pullrequestreview-{place}",
        "submitted_at": stamp(review.at),
        "commit_id": sha,
    }


def _events(shown: Shown, number: int, pull: PullRequest) -> list[Row]:
    told: list[tuple[str, datetime | None, str, Row]] = [("ready_for_review", pull.ready_at, pull.author, {})]
    told += [("labeled", pull.opened_at, pull.author, {"label": shown.label(label)}) for label in pull.labels]
    after = {"commit_id": pull.commits[-1].sha}
    told.append(("head_ref_force_pushed", pull.rewritten_at, pull.author, after))
    told.append(("merged", pull.merged_at, pull.merged_by, {"commit_id": merge_sha(pull)}))
    told.append(("closed", _left_at(shown, pull) or pull.merged_at, pull.merged_by, {}))
    about = {"number": number, "html_url": f"{WEB}/{shown.name}/pull/{number}"}
    return [
        _event(shown, (number, place), kind, at, by) | {"issue": about} | more
        for place, (kind, at, by, more) in enumerate(told)
        if at is not None and shown.known(at)
    ]


def _event(shown: Shown, place: tuple[int, int], kind: str, at: datetime, by: str) -> Row:
    return {
        "id": shown.first_id + place[0] * 1_000 + place[1],
        "event": kind,
        "actor": shown.user(by),
        "commit_id": None,
        "created_at": stamp(at),
    }


def _issue(shown: Shown, number: int, incident: Incident) -> None:
    """Show an incident; who explains it names the commit that went out."""
    closed = incident.resolved_at if shown.known(incident.resolved_at) else None
    blamed = next((one for one in shown.company.deployments if one.key == incident.deployment), None)
    address, by = f"{API}/{shown.name}/issues/{number}", shown.team.members[0].key
    names_it = incident.is_explicit and blamed is not None
    shown.rows.issues[number] = {
        "id": shown.first_id + number * 10 + 1,
        "number": number,
        "url": address,
        "repository_url": f"{API}/{shown.name}",
        "labels_url": f"{address}/labels{{/name}}",
        "comments_url": f"{address}/comments",
        "events_url": f"{address}/events",
        "html_url": f"{WEB}/{shown.name}/issues/{number}",
        "title": incident.title,
        "user": shown.user(by),
        "labels": [shown.label("incident")],
        "state": "closed" if closed else "open",
        "locked": False,
        "assignee": None,
        "milestone": None,
        "comments": 0,
        "author_association": "MEMBER",
        "created_at": stamp(incident.opened_at),
        "updated_at": stamp(closed or incident.opened_at),
        "closed_at": stamp(closed) if closed else None,
        "body": f"Since {blamed.sha} went out." if names_it and blamed else "Seen by those on call.",
    }
    told = [("labeled", incident.opened_at, {"label": shown.label("incident")}), ("closed", closed, {})]
    about = {"number": number, "html_url": f"{WEB}/{shown.name}/issues/{number}"}
    shown.rows.events_of[number] = [
        _event(shown, (number, place), kind, at, by) | {"issue": about} | more
        for place, (kind, at, more) in enumerate(told)
        if at is not None
    ]

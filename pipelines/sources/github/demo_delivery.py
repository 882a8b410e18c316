"""Shows what came of the demo company's merges: the default branch, its deployments, and the runs of every push."""

from datetime import datetime

from pipelines.company.facts import Commit, Deployment, PullRequest
from pipelines.company.operations import Build, Job
from pipelines.company.releases import merge_sha, root_sha
from pipelines.sources.github.demo_changes import commit_row
from pipelines.sources.github.demo_repository import API, WEB, Shown
from pipelines.sources.github.server.store import Row
from pipelines.sources.github.walks import stamp

_GITHUB = {"name": "GitHub", "email": "noreply@github.com"}
_FIRST_RUN = 5_000_000
_WORKFLOW_ID = 1


def show_delivery(shown: Shown) -> None:
    """Fill in what was merged, deployed and built by now."""
    _default_branch(shown)
    own = [one for one in shown.company.deployments if one.service in shown.services]
    for number, one in enumerate(own, 1):
        if shown.known(one.created_at):
            _deployment(shown, number, one, _next(own, one))
    runs = dict.fromkeys(build.key for build in shown.company.builds if build.repository == shown.name)
    numbers = {key: number for number, key in enumerate(runs, 1)}
    pulls = {
        commit.sha: number
        for number, pull in shown.pulls.items()
        for commit in (*pull.commits, *pull.commits_before)
    }  # fmt: skip
    authors = {merge_sha(pull): pull.author for pull in shown.pulls.values()}
    for build in shown.company.builds:
        asked = build.created_at if build.attempt == 1 else build.started_at
        if build.repository == shown.name and shown.known(asked):
            pull = shown.pulls.get(pulls.get(build.sha, 0))
            by = pull.author if pull else authors.get(build.sha, shown.team.members[0].key)
            _run(shown, numbers[build.key], build, (pulls.get(build.sha), by))


def _landed(shown: Shown, sha: str, parents: list[str], pull: PullRequest, message: str) -> Row:
    person = shown.person(pull.author)
    told = {"author": shown.signed(person, pull.merged_at), "committer": _GITHUB | {"date": stamp(pull.merged_at)}}
    return {
        "sha": sha,
        "commit": told | {"message": message},
        "url": f"{API}/{shown.name}/commits/{sha}",
        "html_url": f"{WEB}/{shown.name}/commit/{sha}",
        "author": shown.user(pull.author),
        "committer": None,
        "parents": [{"sha": parent} for parent in parents],
    }


def _default_branch(shown: Shown) -> None:
    """Lay down what was merged, newest first, as each was merged: squashed, with its commits, or each anew."""
    root, begins = root_sha(shown.name), shown.company.begins_at
    first = Commit(root, (), begins, begins, shown.team.members[0].key, "Begin")
    laid = [commit_row(shown, first, root) | {"parents": []}]
    own = ((number, pull) for number, pull in shown.pulls.items() if pull.base == "main")
    for number, pull in sorted(own, key=lambda pair: (pair[1].merged_at, merge_sha(pair[1]))):
        if not shown.known(pull.merged_at):
            break
        head, sha, title = laid[-1]["sha"], merge_sha(pull), f"{pull.title} (#{number})"
        if pull.merge_method == "squash":
            laid.append(_landed(shown, sha, [head], pull, title))
        elif pull.merge_method == "merge":
            laid += [commit_row(shown, commit, root) for commit in pull.commits]
            text = f"Merge pull request #{number} from acme/{pull.branch}\n\n{pull.title}"
            laid.append(_landed(shown, sha, [head, pull.commits[-1].sha], pull, text))
        else:
            for commit in pull.commits:
                new = sha if commit is pull.commits[-1] else f"{number:08x}{commit.sha[8:]}"
                laid.append(_landed(shown, new, [laid[-1]["sha"]], pull, commit.message))
    shown.rows.commits = laid[::-1]


def _next(own: list[Deployment], one: Deployment) -> Deployment | None:
    """Return the deployment that took over from one."""
    return min(
        (
            each
            for each in own
            if (each.service, each.environment) == (one.service, one.environment)
            and each.is_success
            and each.finished_at > one.finished_at
        ),
        key=lambda each: each.finished_at,
        default=None,
    )


def _deployment(shown: Shown, number: int, one: Deployment, later: Deployment | None) -> None:
    key, creator = shown.first_id + number, shown.user(shown.team.members[0].key)
    told = [("in_progress", one.created_at), ("success" if one.is_success else "failure", one.finished_at)]
    if one.is_success and later is not None:
        told.append(("inactive", later.finished_at))
    known = [(state, at) for state, at in told if shown.known(at)]
    shown.rows.deployments[key] = {
        "id": key,
        "url": f"{API}/{shown.name}/deployments/{key}",
        "sha": one.sha,
        "ref": "main",
        "task": "deploy",
        # Of several services of one repository, only the payload tells which it is.
        "payload": {"service": one.service} if one.service != shown.services[0] else {},
        "environment": one.environment,
        "original_environment": one.environment,
        "description": None,
        "creator": creator,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(known[-1][1]),
        "transient_environment": False,
        "production_environment": one.environment == "production",
    }
    shown.rows.statuses_of[key] = [
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


def _run(shown: Shown, number: int, build: Build, whose: tuple[int | None, str]) -> None:
    """Show an attempt as far as it has come, with its gates."""
    run_id, (pull, by) = shown.first_id + _FIRST_RUN + number, whose
    status, touched = _state(shown, build)
    page = f"{WEB}/{shown.name}/actions/runs/{run_id}"
    about = {"id": pull, "number": pull, "url": f"{API}/{shown.name}/pulls/{pull}"}
    ends = {
        side: {"ref": ref, "sha": build.sha, "repo": {"id": shown.rows.id, "url": f"{API}/{shown.name}", "name": "x"}}
        for side, ref in (("head", build.branch), ("base", "main"))
    }
    shown.rows.runs[run_id, build.attempt] = {
        "id": run_id,
        "name": build.workflow,
        "path": ".github/workflows/ci.yml",
        "workflow_id": _WORKFLOW_ID,
        "run_number": number,
        "run_attempt": build.attempt,
        "event": build.event,
        "status": status,
        "conclusion": build.conclusion if status == "completed" else None,
        "head_sha": build.sha,
        "head_branch": build.branch,
        "html_url": page,
        "url": f"{API}/{shown.name}/actions/runs/{run_id}",
        "created_at": stamp(build.created_at),
        "run_started_at": stamp(build.started_at if status != "queued" else build.created_at),
        "updated_at": stamp(touched),
        "actor": shown.user(by),
        "triggering_actor": shown.user(by),
        "pull_requests": [about | ends] if pull else [],
    }
    if status != "queued":
        shown.rows.jobs += [
            row for place, job in enumerate(build.jobs) if (row := _job(shown, (run_id, build.attempt, place), job))
        ]


def _state(shown: Shown, build: Build) -> tuple[str, datetime]:
    """Return how far an attempt has come, and when it last changed."""
    if shown.known(build.finished_at):
        return "completed", build.finished_at
    if shown.known(build.started_at):
        return "in_progress", build.started_at
    return "queued", build.created_at


def _job(shown: Shown, place: tuple[int, int, int], job: Job) -> Row | None:
    if not shown.known(job.started_at):
        return None
    run_id, attempt, number = place
    job_id, is_over = run_id * 100 + attempt * 10 + number, shown.known(job.finished_at)
    return {
        "id": job_id,
        "run_id": run_id,
        "run_attempt": attempt,
        "name": job.name,
        "status": "completed" if is_over else "in_progress",
        "conclusion": job.conclusion if is_over else None,
        "created_at": stamp(job.started_at),
        "started_at": stamp(job.started_at),
        "completed_at": stamp(job.finished_at) if is_over else None,
        "html_url": f"{WEB}/{shown.name}/actions/runs/{run_id}/job/{job_id}",
    }

"""Repositories that hold several services: the files of each, and the settings by which they are told apart."""

from typing import Any

from pipelines.company.branches import merge_sha
from pipelines.company.company import Company
from pipelines.company.facts import PullRequest
from pipelines.company.releases import services_of


def paths_of(company: Company, pull: PullRequest) -> tuple[str, ...]:
    """Return the files that a pull request touches: of each service whose it is, and what belongs to none."""
    services = services_of(pull.repository)
    name = f"src/part_{merge_sha(pull)[:6]}.py"
    if len(services) == 1:
        return ("CHANGELOG.md", name)
    # What was never deployed from the default branch touches whatever is called as the repository.
    touched = company.touches.get(merge_sha(pull), services[:1])
    return ("CHANGELOG.md", *(f"{service}/{name}" for service in touched))


def monorepos(company: Company) -> list[dict[str, Any]]:
    """Return the settings of the repositories with several services."""
    return [
        {
            "repository": team.repository,
            "services": [{"service": service, "paths": [f"{service}/"]} for service in services_of(team.repository)],
        }
        for team in company.teams
        if len(services_of(team.repository)) > 1
    ]

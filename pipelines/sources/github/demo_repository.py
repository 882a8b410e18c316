"""One repository of the demo company at a moment: what its parts need to know of it, and the words that they share."""

from collections.abc import Mapping
from datetime import datetime

from pipelines.company import Company
from pipelines.company.facts import Person, PullRequest, Team
from pipelines.company.mentions import named_flags
from pipelines.company.operations import Incident
from pipelines.company.people import BOTS
from pipelines.company.releases import merge_sha, services_of
from pipelines.sources.github.server.store import Repository, Row
from pipelines.sources.github.walks import stamp

WEB, API = "https://github.com", "https://api.github.com/repos"
# Ids are the vendor's own: each repository has its range, and each kind of thing counts in it.
_IDS_EACH = 10_000_000
_COLORS = {"hotfix": "b60205", "incident": "d93f0b"}


class Shown:
    """A repository as it stands at a moment; its parts fill `rows`.

    Attributes:
        pulls: every pull request that ever is, by number: it is numbered with the issues, as it was opened.
        incidents: every incident that is kept as an issue, by number.
        given_up: of the pull requests, those that were closed without a merge, by the merge that they never had.
        named_flags: the flag that a pull request names, by its merge.
    """

    def __init__(self, company: Company, team: Team, place: int, as_of: datetime) -> None:
        self.company, self.team, self.as_of = company, team, as_of
        self.name, self.services = team.repository, services_of(team.repository)
        everyone = [person for each in company.teams for person in each.members]
        self._people = {person.key: (place, person) for place, person in enumerate([*BOTS, *everyone], 1)}
        described = {"html_url": f"{WEB}/{self.name}", "default_branch": "main", "id": place}
        described["created_at"] = stamp(company.begins_at)
        self.rows = Repository(self.name, place, described)
        self.first_id = place * _IDS_EACH
        self.pulls: dict[int, PullRequest] = {}
        self.incidents: dict[int, Incident] = {}
        self.given_up = {merge_sha(one.pull): one for one in company.given_up if one.pull.repository == team.repository}
        self.named_flags = named_flags(company)
        self._number_all()
        self.numbers: Mapping[str, int] = {
            **{merge_sha(pull): number for number, pull in self.pulls.items()},
            **{incident.key: number for number, incident in self.incidents.items()},
        }

    def _number_all(self) -> None:
        told: list[tuple[datetime, str, PullRequest | Incident]] = [
            (pull.opened_at, merge_sha(pull), pull) for pull in self.company.pull_requests(self.name)
        ]
        told += [
            (one.opened_at, one.key, one)
            for one in self.company.incidents
            if one.told_in == "forge" and one.service in self.services
        ]
        for number, (_, _, thing) in enumerate(sorted(told, key=lambda row: row[:2]), 1):
            if isinstance(thing, PullRequest):
                self.pulls[number] = thing
            else:
                self.incidents[number] = thing
        # Behind all others, so that what is drawn of them moves no number.
        for one in sorted(self.given_up.values(), key=lambda one: one.pull.opened_at):
            self.pulls[len(self.pulls) + len(self.incidents) + 1] = one.pull

    def person(self, key: str) -> Person:
        """Return whom a fact names."""
        return self._people[key][1]

    def user(self, key: str) -> Row:
        """Return an account."""
        place, person = self._people[key]
        return {
            "login": person.login,
            "id": place,
            "html_url": f"{WEB}/{person.login}",
            "type": "Bot" if person.login.endswith("[bot]") else "User",
            "site_admin": False,
        }

    def signed(self, person: Person, at: datetime) -> Row:
        """Return the author or committer of a commit; an App signs with an address that holds its name."""
        place = self._people[person.key][0]
        email = person.email or f"{place}+{person.login}@users.noreply.github.com"
        return {"name": person.name, "email": email, "date": stamp(at)}

    def label(self, name: str) -> Row:
        """Return a label."""
        label_id = sum(map(ord, name))
        return {
            "id": label_id,
            "node_id": f"LA_{label_id}",
            "url": f"{API}/{self.name}/labels/{name}",
            "name": name,
            "color": _COLORS.get(name, "ededed"),
            "default": False,
            "description": None,
        }

    def known(self, at: datetime | None) -> bool:
        """Tell whether something has happened by now."""
        return at is not None and at <= self.as_of

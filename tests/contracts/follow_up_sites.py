"""Played trackers on which a story's follow-up is made: its message, sent as often as a test asks for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pipelines.comments import Due
from pipelines.follow_ups import follow_up_drafts
from pipelines.outbox.message import draft
from pipelines.settings import Settings
from pipelines.sources.jira.follow_ups import JiraFollowUpWriter
from pipelines.sources.linear.follow_ups import LinearFollowUpWriter
from pipelines.sources.linear.reach import id_of
from pipelines.summaries.template import comment
from pipelines.writeback_settings import Writeback
from tests.contracts import played_linear
from tests.contracts.outbox_sites import NETWORK, Site, jira_site, linear_site
from tests.contracts.played_jira import connected
from tests.unit.outbox.saying import BEGUN
from tests.unit.summaries.told import FULL_STORY, asked, pack
from warehouse.outbox import Draft

ENABLED: dict[str, Any] = {"follow_ups": {"enabled": True}}


@dataclass
class FollowUps(Site):
    """A played tracker; `texts` are the titles of the follow-ups that were made and stand."""

    def draft(self, name: str = "request", **changed: Any) -> Draft:
        return replace(called_for(self.ticket, self.source, people=45 if name == "request" else 46), **changed)

    @property
    def origin(self) -> Any:
        return self.store.find(self.ticket)


def called_for(ticket: str, source: str, people: int = 45, **follow_ups: Any) -> Draft:
    """The follow-up of a story that did well, of whose users so many ask for more."""
    rows = FULL_STORY["rows"]
    found = pack(rows, requests=[asked(people=people, item_ids=["help.example.com/7", "feedback:app/9"])])
    place = {
        "source": source, "instance": "jira.example", "ticket_key": ticket, "project_key": ticket.partition("-")[0],
        "title": "CSV export", "url": f"https://tracker.example/browse/{ticket}",
    }  # fmt: skip
    told = Writeback.model_validate({"enabled_at": BEGUN, "follow_ups": {"enabled": True, **follow_ups}})
    due = Due(found, place, draft(comment(found), place))
    (made,) = follow_up_drafts([due], Settings(writeback=told))
    return replace(made, story_key=ticket)


def of_jira(site: Site) -> FollowUps:
    """The follow-ups of a played Jira's story."""

    def made() -> list[Any]:
        return [
            issue for issue in site.store.issues.values()
            if site.store.properties.get(f"issue {issue['key']}", {}).get("storyline", {}).get("kind") == "follow_up"
        ]  # fmt: skip

    return FollowUps(
        "jira", site.site, site.store, site.ticket, "POST /rest/api/", "PUT /rest/api/",
        lambda: JiraFollowUpWriter(connected(site.site, site.store), NETWORK),
        lambda: [str(issue["fields"]["summary"]) for issue in made()],
        lambda text: made()[0]["fields"].update(summary=text), lambda: site.store.delete(made()[0]["key"]),
        site.move, site.remove,
    )  # fmt: skip


def of_linear(site: Site) -> FollowUps:
    """The follow-ups of a played Linear's story."""
    origin = site.store.find(site.ticket)["id"]
    ids = {id_of("ticket", origin, f"follow_up/{number}") for number in (1, 2)}

    def made() -> list[Any]:
        return [one for one in site.store.issues.values() if one["id"] in ids and not one["trashed"]]

    return FollowUps(
        "linear", site.site, site.store, site.ticket, "#MakeIssue", "#ReplaceIssue",
        lambda: LinearFollowUpWriter(played_linear.connected(site.site, site.store), NETWORK),
        lambda: [str(issue["title"]) for issue in made()], lambda text: made()[0].update(title=text),
        lambda: made()[0].update(trashed=True), site.move, site.remove,
    )  # fmt: skip


@contextmanager
def follow_up_site(name: str) -> Iterator[FollowUps]:
    """A tracker of a kind: jira, data_center, a jira `unlinked` whose new tickets take no links, or linear."""
    if name == "linear":
        with linear_site() as site:
            yield of_linear(site)
        return
    with jira_site("data_center" if name == "data_center" else "cloud") as site:
        site.store.quirks.links_no_new_ticket = name == "unlinked"
        yield of_jira(site)


def told_text(issue: Any) -> str:
    """All that a ticket says, whatever form its tracker keeps it in."""
    fields = issue.get("fields", issue)
    return json.dumps(fields["description"], ensure_ascii=False)

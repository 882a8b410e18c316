"""Reads Jira's lists to their end, on either kind of site. A list that never ends is an error."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.jira.recording import version_of
from pipelines.sources.jira.sites import Page, Site
from pipelines.sources.live import BadAnswerError, MissingError

_COMMENTS = 100


def updated_ms(issue: Any) -> int:
    """Return when a ticket was last updated, in milliseconds.

    Raises:
        BadAnswerError: it does not tell.
    """
    version = version_of(issue)
    if version is None:
        raise BadAnswerError(f"jira does not tell when {mapping_of(issue).get('key')} was updated; try later")
    return round(version.timestamp() * 1_000)


def changed_issues(site: Site, project: str, since_ms: int) -> Iterator[Page]:
    """Yield the tickets updated at or after a moment, page by page, oldest update first, each version once.

    Each page is a new search from the last update seen: tokens and offsets count rows, and rows move while we read.
    They are followed only within tickets of one moment, which are read again until a pass brings nothing new.

    Raises:
        VendorError: a page cannot be read, repeats, or is empty though more is promised.
    """
    seen: set[tuple[str, int]] = set()
    since_ms -= since_ms % site.resolution_ms
    while True:
        # Milliseconds, for a date is read in the time zone of whoever owns the token; no upper bound, or what
        # changes faster than we read is never seen.
        jql = f'project = "{project}" AND updated >= {since_ms} ORDER BY updated ASC, id ASC'
        read, is_news, last = 0, False, since_ms
        for page in _pages(site, jql, project):
            versions = {(str(issue["id"]), updated_ms(issue)): issue for issue in page.issues}
            new = [issue for version, issue in versions.items() if version not in seen]
            seen |= versions.keys()
            read, is_news = read + 1, is_news or bool(new)
            if new:
                yield replace(page, issues=new)
            last = updated_ms(page.issues[-1]) if page.place else since_ms
            last -= last % site.resolution_ms
            if last > since_ms:
                break
        if last > since_ms:
            since_ms = last
        elif read < 2 or not is_news:
            return


def issue_ids(site: Site, projects: Sequence[str]) -> set[str]:
    """Return the ids of all tickets that these projects now hold.

    Raises:
        VendorError: a page cannot be read, repeats, or is empty though more is promised.
    """
    named = ", ".join(f'"{project}"' for project in projects)
    pages = _pages(site, f"project in ({named}) ORDER BY id ASC", named, only_ids=True)
    return {str(issue["id"]) for page in pages for issue in page.issues}


def _pages(site: Site, jql: str, what: str, *, only_ids: bool = False) -> Iterator[Page]:
    place, places = None, set[Any]()
    while True:
        page = site.search(jql, place, only_ids=only_ids)
        if page.place and not page.issues:
            raise BadAnswerError(f"jira answers a search of {what} with an empty page and promises more; try later")
        yield page
        if not page.place:
            return
        if page.place in places:
            raise BadAnswerError(f"jira repeats a page of the tickets of {what} without end; try later")
        place = page.place
        places.add(place)


def comments(site: Site, key: str) -> list[Any]:
    """Return all comments of a ticket, oldest first.

    Raises:
        VendorError: a page cannot be read.
    """
    found: list[Any] = []
    while True:
        asked = {"startAt": len(found), "maxResults": _COMMENTS, "orderBy": "created"}
        answer = site.http.get(f"{site.api}/issue/{key}/comment", asked).json()
        page = answer.get("comments") or []
        found += page
        if not page or len(found) >= int(answer.get("total") or 0):
            return found


def boards(http: Http, project: str) -> Iterator[tuple[str, Any]]:
    """Yield each board of a project: its id and the answer that tells its columns.

    A site without boards has none, and neither has one whose filter is gone.
    """
    start = 0
    while True:
        asked = {"projectKeyOrId": project, "startAt": start}
        try:
            listed = http.get("/rest/agile/1.0/board", asked).json()
        except MissingError:
            return
        page = listed.get("values") or []
        for board in page:
            try:
                yield str(board["id"]), http.get(f"/rest/agile/1.0/board/{board['id']}/configuration")
            except MissingError:
                continue
        start += len(page)
        if listed.get("isLast", True) or not page:
            return

"""What is written into the notes of releases: of each story that a release carries what it did, once that is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from pipelines.analytics_messages import Drafted
from pipelines.events.ids import canonical_json, content_hash
from pipelines.measured import facts_of, measured_rows
from pipelines.outbox.message import as_json, message_id
from pipelines.settings import Settings
from pipelines.summaries.document import Document, Paragraph, plain
from pipelines.writeback_settings import RELEASE_NOTE
from pipelines.writeback_sites import Site, site_of
from warehouse.outbox import Draft

Row = Mapping[str, Any]
_VERSION = "release note 1"
_TABLES = "select table_schema || '.' || table_name from information_schema.tables"
_NEEDED = {
    "marts.fct_stories", "marts.fct_story_impact", "marts.fct_changes", "marts.fct_deployments",
    "intermediate.int_commit_edges",
}  # fmt: skip
# A release mostly names a branch, which moves on. Then a deployment of its tag tells the commit.
_RELEASES = """
with releases as (
    select
        json_extract_string(payload, '$.repository') as repository,
        json_extract_string(payload, '$.release_id') as release_id,
        json_extract_string(payload, '$.tag') as tag,
        json_extract_string(payload, '$.sha') as sha,
        occurred_at as published_at
    from log.current_events
    where
        event_type = 'release.published' and source = $source and instance = $instance
        and not coalesce(json_extract(payload, '$.is_prerelease')::boolean, false)
),

tags as (
    select repository, ref, min_by(sha, started_at) as sha
    from marts.fct_deployments where ref is not null
    group by repository, ref
)

select releases.repository, releases.release_id, releases.tag, coalesce(releases.sha, tags.sha) as sha
from releases
left join tags on releases.repository = tags.repository and tags.ref in (releases.tag, 'refs/tags/' || releases.tag)
where list_contains($repositories::varchar[], releases.repository)
order by releases.published_at, releases.release_id
"""
_LAST_MERGED = """
with merged as (
    select unnest(story_keys) as story_key, repository, merge_sha, merged_at
    from marts.fct_changes
    where deployed_at is not null and merge_sha is not null and list_contains($repositories::varchar[], repository)
)

select story_key, max_by(repository, (merged_at, merge_sha)), max_by(merge_sha, (merged_at, merge_sha))
from merged group by story_key
"""
_PARENTS = """
select repository || '@' || sha, list(repository || '@' || parent_sha)
from intermediate.int_commit_edges where list_contains($repositories::varchar[], repository)
group by all
"""


def release_note_drafts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, *, only: Sequence[str] = (), is_backfill: bool = False
) -> Drafted:  # fmt: skip
    """Return what is to be written into the notes of releases; nothing where that is not switched on.

    Args:
        connection: the writer's; the marts are whole.
        only: of these stories, where any are named.
        is_backfill: stories that shipped before it was switched on are asked for.
    """
    told, done = settings.writeback.release_notes, Drafted()
    there = {str(name) for (name,) in connection.execute(_TABLES).fetchall()}
    if not (told.enabled and told.repositories and there >= _NEEDED):
        return done
    site = site_of(settings, RELEASE_NOTE)
    if isinstance(site, str):
        done.withheld["release notes"] = site
        return done
    rows = [row for row in measured_rows(connection, settings.impact.adoption_days) if row["full_rollout_at"]]
    merged = _merged(connection, told.repositories)
    holding = _holding(connection, site, told.repositories) if rows else {}
    for row in rows:
        key = row["story_key"]
        if row["evidence_grade"] is None or (only and key not in only) or key not in merged:
            continue
        release = holding.get(merged[key])
        if release is None:
            done.withheld[key] = f"no release of {merged[key].partition('@')[0]} is known to hold what was deployed"
        else:
            done.drafts.append(_draft(row, site, release, is_backfill=is_backfill))
    return done


def _merged(connection: duckdb.DuckDBPyConnection, repositories: Sequence[str]) -> dict[str, str]:
    """Return the last commit of each story that was deployed, as `repository@sha`."""
    found = connection.execute(_LAST_MERGED, {"repositories": list(repositories)}).fetchall()
    return {str(key): f"{repository}@{sha}" for key, repository, sha in found}


def _holding(
    connection: duckdb.DuckDBPyConnection, site: Site, repositories: Sequence[str]
) -> dict[str, dict[str, str]]:  # fmt: skip
    """Return the first release that holds each commit."""
    asked = {"repositories": list(repositories)}
    parents: dict[str, list[str]] = dict(connection.execute(_PARENTS, asked).fetchall())
    place = {"source": site.source, "instance": site.instance}
    found: dict[str, dict[str, str]] = {}
    for repository, release_id, tag, sha in connection.execute(_RELEASES, asked | place).fetchall():
        waiting = [f"{repository}@{sha}"] if sha else []
        while waiting:
            commit = waiting.pop()
            # What an earlier release holds it holds with all before it.
            if commit not in found:
                found[commit] = {"repository": repository, "release_id": release_id, "tag": tag}
                waiting += parents.get(commit, ())
    return found


def _draft(row: Row, site: Site, release: Mapping[str, str], *, is_backfill: bool) -> Draft:
    document = Document((Paragraph(f"{row['story_key']}: {row['wording']}"),))
    facts = facts_of(row)
    return Draft(
        message_id=message_id(row["story_key"], RELEASE_NOTE, row["epoch"], _VERSION),
        story_key=row["story_key"], kind=RELEASE_NOTE, epoch=row["epoch"],
        definition_version=row["definition_version"], source=site.source, instance=site.instance,
        ticket_key=f"{release['repository']}/releases/{release['release_id']}#{row['story_key']}",
        project_key=row["project_key"] or row["ticket_key"].rpartition("-")[0], is_backfill=is_backfill,
        shipped_at=row["full_rollout_at"], body=plain(document), document=canonical_json(as_json(document)),
        content_hash=content_hash(as_json(document)), facts=facts, facts_digest=content_hash([facts, row["wording"]]),
        author="template", is_final=True,
    )  # fmt: skip

"""The SQL of one story's page, each with the columns it gives. Marts only; the key is always bound."""

from app.statements import FLAG, REAL, TEXT, TIME, WHOLE, Statement

_MILESTONES = ("created_at", "interviewed_at", "backlog_at", "spec_at", "started_at", "code_complete_at",
               "reviewed_at", "production_at", "full_rollout_at", "done_at", "resolved_at")  # fmt: skip

STORY = Statement(
    f"""
select
    story_key, title, source, story_type, team, status, is_open, is_measured, reopened_count,
    {", ".join(_MILESTONES)}
from marts.fct_stories
where story_key = $key
order by is_deleted, source
limit 1
""",
    (
        ("story_key", TEXT), ("title", TEXT), ("source", TEXT), ("story_type", TEXT), ("team", TEXT),
        ("status", TEXT), ("is_open", FLAG), ("is_measured", FLAG), ("reopened_count", WHOLE),
        *((name, TIME) for name in _MILESTONES),
    ),
)  # fmt: skip

STORY_EVENTS = Statement(
    """
select occurred_at, lane, event_type, label, url
from marts.fct_story_events
where story_key = $key
order by occurred_at, event_id
limit 2000
""",
    (("occurred_at", TIME), ("lane", TEXT), ("event_type", TEXT), ("label", TEXT), ("url", TEXT)),
)

STORY_VISITS = Statement(
    """
select status, status_category, visit_number, entered_at, left_at, duration_seconds
from marts.fct_story_status_intervals
where story_key = $key
order by entered_at, left_at nulls last
""",
    (
        ("status", TEXT), ("status_category", TEXT), ("visit_number", WHOLE), ("entered_at", TIME),
        ("left_at", TIME), ("duration_seconds", REAL),
    ),
)  # fmt: skip

STORY_LINKS = Statement(
    """
select from_kind, from_key, to_kind, to_key, rule, confidence::varchar as confidence, is_linked, reason
from marts.fct_links
where from_key = $key or to_key = $key
order by is_linked desc, from_kind, from_key, to_kind, to_key
limit 100
""",
    (
        ("from_kind", TEXT), ("from_key", TEXT), ("to_kind", TEXT), ("to_key", TEXT), ("rule", TEXT),
        ("confidence", TEXT), ("is_linked", FLAG), ("reason", TEXT),
    ),
)  # fmt: skip

STORY_KEYS = Statement(
    """
select story_key
from marts.fct_stories
where not is_deleted
order by is_measured desc, coalesce(production_at, done_at, resolved_at, started_at, created_at) desc, story_key
limit 2000
""",
    (("story_key", TEXT),),
)

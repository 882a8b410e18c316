"""The SQL of the write-backs' page, each with the columns it gives. Marts only; values are always bound."""

from app.statements import FLAG, TEXT, TIME, WHOLE, Statement

# `changed_at` is when a message came to be as it is; `changes` how many there were.
MESSAGES = Statement(
    """
with changed as (
    select message_id, max(changed_at) as changed_at, count(*) as changes
    from marts.fct_message_history
    group by message_id
),
stories as (
    select story_key, any_value(title) as title, any_value(team) as team from marts.fct_stories group by story_key
)
select
    messages.*, stories.title, stories.team, coalesce(changed.changed_at, messages.created_at) as changed_at,
    coalesce(changed.changes, 0) as changes
from marts.fct_messages as messages
left join changed on messages.message_id = changed.message_id
left join stories on messages.story_key = stories.story_key
order by messages.shipped_at desc, messages.story_key, messages.kind, messages.message_id
""",
    (
        ("message_id", TEXT), ("story_key", TEXT), ("kind", TEXT), ("version", WHOLE), ("state", TEXT),
        ("body", TEXT), ("created_at", TIME), ("sent_at", TIME), ("remote_id", TEXT), ("error", TEXT),
        ("reason", TEXT), ("epoch", WHOLE), ("source", TEXT), ("instance", TEXT), ("ticket_key", TEXT),
        ("project_key", TEXT), ("shipped_at", TIME), ("sent_version", WHOLE), ("is_backfill", FLAG),
        ("title", TEXT), ("team", TEXT), ("changed_at", TIME), ("changes", WHOLE),
    ),
)  # fmt: skip

# `$ids` joins the ids that are asked for by commas: an id is hexadecimal.
CHANGES = Statement(
    """
select message_id, transition_number, version, from_state, to_state, reason, changed_at
from marts.fct_message_history
where list_contains(string_split($ids, ','), message_id)
order by message_id, transition_number
""",
    (
        ("message_id", TEXT), ("transition_number", WHOLE), ("version", WHOLE), ("from_state", TEXT),
        ("to_state", TEXT), ("reason", TEXT), ("changed_at", TIME),
    ),
)  # fmt: skip

TEXTS = Statement(
    """
select message_id, version, body, facts, author, is_final, created_at
from marts.fct_message_texts
where list_contains(string_split($ids, ','), message_id)
order by message_id, version
""",
    (
        ("message_id", TEXT), ("version", WHOLE), ("body", TEXT), ("facts", TEXT), ("author", TEXT),
        ("is_final", FLAG), ("created_at", TIME),
    ),
)  # fmt: skip

SWITCHES = Statement(
    "select switched_to, switched_at from marts.fct_writeback_switches order by switched_to",
    (("switched_to", TEXT), ("switched_at", TIME)),
)

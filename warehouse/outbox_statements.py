"""The SQL of the outbox."""

_IDENTITY = """
    messages.message_id, messages.story_key, messages.kind, messages.epoch, messages.definition_version,
    messages.source, messages.instance, messages.ticket_key, messages.project_key, messages.is_backfill,
    messages.shipped_at
"""
_CONTENT = """
    versions.body, versions.document, versions.content_hash, versions.facts, versions.facts_digest, versions.author,
    versions.is_final
"""
READ = f"""
select
    {_IDENTITY}, {_CONTENT}, messages.version, messages.state, messages.reason, messages.created_at,
    messages.attempted_at, messages.sent_at, messages.sent_version, messages.remote_id, messages.error,
    sent.facts as sent_facts, coalesce(sent.is_final, false) as is_sent_final
from outbox.messages as messages
inner join outbox.versions as versions
    on messages.message_id = versions.message_id and messages.version = versions.version
left join outbox.versions as sent
    on messages.message_id = sent.message_id and messages.sent_version = sent.version
where
    ($story_key is null or messages.story_key = $story_key)
    and ($message_id is null or messages.message_id = $message_id)
order by messages.shipped_at, messages.story_key, messages.epoch, messages.message_id
"""
MOVE = """
update outbox.messages
set
    state = $to_state, reason = $reason, error = $error,
    attempted_at = case when $to_state = 'sending' and $is_attempt then $at::timestamptz else attempted_at end,
    sent_at = case when $is_sent then $at::timestamptz else sent_at end,
    sent_version = coalesce($sent_version, sent_version),
    remote_id = coalesce($remote_id, remote_id)
where message_id = $message_id and version = $version and state = $from_state
returning message_id
"""
NOTE = """
insert into outbox.transitions by name
select
    $message_id as message_id,
    (select count(*) + 1 from outbox.transitions where message_id = $message_id) as transition_number,
    $version as version, $from_state as from_state, $to_state as to_state, $reason as reason,
    $at::timestamptz as changed_at
"""
ADD_VERSION = """
insert into outbox.versions by name
select
    $message_id as message_id, $version as version, $body as body, $document as document,
    $content_hash as content_hash, $facts as facts, $facts_digest as facts_digest, $author as author,
    $is_final as is_final, $at::timestamptz as created_at
"""
ADD = """
insert into outbox.messages by name
select
    $message_id as message_id, $story_key as story_key, $kind as kind, $epoch as epoch,
    $definition_version as definition_version, $source as source, $instance as instance, $ticket_key as ticket_key,
    $project_key as project_key, 1 as version, 'pending' as state, $reason as reason, $is_backfill as is_backfill,
    $shipped_at::timestamptz as shipped_at, $at::timestamptz as created_at, $remote_id as remote_id
"""
REVISE = """
update outbox.messages
set
    version = version + 1, state = 'pending', reason = $reason, error = null, is_backfill = is_backfill or $is_backfill,
    ticket_key = $ticket_key, project_key = $project_key, instance = $instance, shipped_at = $shipped_at::timestamptz
where message_id = $message_id and version = $version and state = $from_state
returning message_id
"""
SENT_SINCE = """
select count(distinct (messages.message_id, transitions.version)) from outbox.transitions as transitions
inner join outbox.messages as messages on transitions.message_id = messages.message_id
where
    transitions.to_state = 'sending' and transitions.changed_at > $since::timestamptz
    and messages.source = $source and messages.project_key = $project
"""
HISTORY = """
select version, from_state, to_state, reason from outbox.transitions
where message_id = ? order by transition_number
"""
BODY = "select body from outbox.versions where message_id = ? and version = ?"
BUILT = """
select table_schema || '.' || table_name from information_schema.tables
where table_schema in ('marts', 'intermediate')
"""
# What a mart of the outbox is filled from: its model says the same.
MARTS = {
    "fct_messages": "int_messages",
    "fct_message_history": "int_message_history",
    "fct_message_texts": "int_message_texts",
    "fct_writeback_switches": "int_writeback_switches",
}
FIRST_ATTEMPT = """
select min(changed_at) from outbox.transitions
where
    message_id = $message_id and to_state = 'sending'
    and transition_number > coalesce((
        select max(transition_number) from outbox.transitions where message_id = $message_id and to_state = 'approved'
    ), 0)
"""
LAST_MOVED = """
select max(changed_at) from outbox.transitions where message_id = $message_id and starts_with(reason, $reason)
"""
READ_BACK = "select min(covers_from), max(covers_until) from log.segments where source = ? and instance = ?"
CAME_BACK = """
select distinct insert_id from log.usage_segments
where source = $source and instance = $instance and insert_id in (select unnest($insert_ids::varchar[]))
"""

-- A message has as many texts as its version says; the newest is its own, and the one that stands is among them.
select
    messages.message_id,
    count(texts.version) as texts
from {{ ref('fct_messages') }} as messages
left join {{ ref('fct_message_texts') }} as texts
    on messages.message_id = texts.message_id
group by messages.message_id, messages.version, messages.content_hash, messages.sent_version, messages.state
having
    count(texts.version) <> messages.version
    or bool_or(texts.version = messages.version and texts.content_hash <> messages.content_hash)
    or count(*) filter (where texts.is_standing)
    <> (messages.sent_version is not null and messages.state <> 'superseded')::integer

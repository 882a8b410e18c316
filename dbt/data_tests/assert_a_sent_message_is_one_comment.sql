-- What was sent names its comment, its moment and the text that stands there; no two that stand are of one rollout.
select
    source,
    story_key,
    kind,
    epoch,
    count(*) as messages
from {{ ref('fct_messages') }}
where state = 'sent'
group by source, story_key, kind, epoch
having
    count(*) > 1
    or bool_or(remote_id is null or sent_at is null or sent_version is null or sent_version <> version)

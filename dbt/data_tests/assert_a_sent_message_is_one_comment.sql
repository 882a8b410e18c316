-- What was sent names its comment, its moment and the text that stands there; no two that stand are of one rollout, but
-- for steps of it and for what was measured of several flags.
select
    source,
    story_key,
    kind,
    epoch,
    case when kind in ('rollout_step', 'impact_measured') then message_id end as one_of_several,
    count(*) as messages
from {{ ref('fct_messages') }}
where state = 'sent'
group by source, story_key, kind, epoch, one_of_several
having
    count(*) > 1
    or bool_or(remote_id is null or sent_at is null or sent_version is null or sent_version <> version)

with final as (
    select * from {{ ref('int_story_events_ticket') }}
    union all
    select * from {{ ref('int_story_events_change') }}
    union all
    select * from {{ ref('int_story_events_delivery') }}
    union all
    select * from {{ ref('int_story_events_flag') }}
)

select
    final.story_key,
    final.event_id,
    final.event_type,
    final.occurred_at,
    final.lane,
    final.label,
    final.url
from final

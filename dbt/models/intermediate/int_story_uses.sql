-- One row per story that is in production behind a flag: whether a product event is known that tells of its use.
with milestones as (
    select * from {{ ref('int_story_milestones') }}
),

flags as (
    select * from {{ ref('int_story_flags') }}
),

events as (
    select * from {{ ref('int_feature_event_stories') }}
),

used as (
    select distinct events.story_key
    from events
    where events.is_linked
),

-- Without product analytics nobody can expect any.
collected as (
    select min(usage_names.first_seen_at) as first_seen_at
    from {{ ref('stg_events__usage_name') }} as usage_names
),

final as (
    select
        milestones.story_key,
        milestones.production_at,
        used.story_key is not null as is_linked,
        'no product event is known to tell of its use: none names it, its flag, or stands for it in the settings'
            as reason
    from milestones
    inner join flags on milestones.story_key = flags.story_key
    left join used on milestones.story_key = used.story_key
    where
        milestones.production_at is not null
        and (select collected.first_seen_at from collected) is not null
)

select * from final

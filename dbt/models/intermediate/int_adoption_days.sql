-- One row per story, flag, epoch and day by which people who got the feature first used it, or were last seen not to.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['story_key'], 'never_null': ['story_key'], 'follows': {
        'int_exposed_windows': {
            'touches': 'adoption_touched_by_outcomes', 'needs': {'first_exposed_at': 'stories_begin'},
        },
        'int_exposed_acts': {'touches': 'adoption_touched_by_acts'},
        'int_usage_span': {'touches': 'adoption_touched_by_span', 'narrowed_by': [], 'since': 'known_until_or_never'},
    }}
) }}

with outcomes as (
    select
        exposed_windows.*,
        acts.first_used_at
    from {{ ref('int_exposed_windows') }} as exposed_windows
    left join {{ ref('int_exposed_acts') }} as acts on {{ same_exposure('exposed_windows', 'acts') }}
    where exposed_windows.arm = 'treated'
),

-- Days are twenty-four hours on each one's own clock. One that is not over yet tells of nobody, of who used it neither.
seen as (
    select
        outcomes.story_key,
        outcomes.flag_key,
        outcomes.epoch,
        least(
            floor({{ seconds_between('outcomes.first_exposed_at', known_until()) }} / 86400),
            {{ var('impact').adoption_days }}
        ) as seen_days,
        floor({{ seconds_between('outcomes.first_exposed_at', 'outcomes.first_used_at') }} / 86400) + 1 as used_day
    from outcomes
),

final as (
    select
        seen.story_key,
        seen.flag_key,
        seen.epoch,
        cast(case when seen.used_day <= seen.seen_days then seen.used_day else seen.seen_days end as bigint)
            as day_number,
        coalesce(seen.used_day <= seen.seen_days, false) as is_adopter,
        count(*) as people
    from seen
    where seen.seen_days >= 1
    group by seen.story_key, seen.flag_key, seen.epoch, day_number, is_adopter
)

select * from final

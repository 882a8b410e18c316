-- One row per story, flag that lets it out and epoch of that flag in production; of a story without a flag, which goes
-- out at once, the one since it is in production.
{{ config(materialized='keyed', meta={'key': ['story_key'], 'follows': []}) }}

with links as (
    select * from {{ ref('int_story_flag_links') }}
),

flags as (
    select * from {{ ref('int_flags') }}
),

rollouts as (
    select * from {{ ref('int_rollout_epochs') }}
    where is_production
),

releases as (
    select * from {{ ref('int_story_releases') }}
    where production_at is not null
),

used as (
    select distinct event_stories.story_key
    from {{ ref('int_feature_event_stories') }} as event_stories
    where event_stories.is_linked
),

-- Users do not say in which environment they met a flag: of several of production it is the one that went furthest.
environments as (
    select
        rollouts.flag_id,
        rollouts.environment
    from rollouts
    group by rollouts.flag_id, rollouts.environment
    qualify row_number() over (
        partition by rollouts.flag_id
        order by
            max(coalesce(rollouts.highest_percentage, 0)) desc,
            min(coalesce(rollouts.first_raised_at, cast('infinity' as timestamptz))),
            rollouts.environment
    ) = 1
),

epochs as (
    select
        rollouts.flag_id,
        rollouts.environment,
        rollouts.epoch,
        rollouts.started_at,
        rollouts.first_raised_at,
        rollouts.full_at
    from rollouts
    inner join environments
        on rollouts.flag_id = environments.flag_id and rollouts.environment = environments.environment
),

final as (
    select
        links.story_key,
        flags.flag_key,
        epochs.flag_id,
        epochs.environment,
        epochs.epoch,
        epochs.first_raised_at as opened_at,
        epochs.full_at
    from links
    inner join flags on links.flag_id = flags.flag_id
    inner join epochs on links.flag_id = epochs.flag_id
    union all
    select
        releases.story_key,
        null as flag_key,
        null as flag_id,
        null as environment,
        1 as epoch,
        releases.production_at as opened_at,
        releases.production_at as full_at
    from releases
    inner join used on releases.story_key = used.story_key
    where releases.story_key not in (select flagged.story_key from {{ ref('int_story_flags') }} as flagged)
)

select * from final

-- One row per comparison, stage and measured story that began it: how long it took, or for how long it is open already.
{{ config(materialized='table') }}

with cases as (
    select * from {{ ref('int_ai_cases') }}
),

-- Without a flag users have it when it is there: full rollout takes no time that anybody could take.
stages as (
    select
        cases.story_key,
        story_stages.stage,
        10 * story_stages.position + story_stages.next_position as position,
        story_stages.entered_at as begun_at,
        story_stages.left_at as ended_at
    from {{ ref('int_story_stages') }} as story_stages
    inner join cases on story_stages.story_key = cases.story_key
    where cases.has_flag or story_stages.position < 6
),

spans as (
    select * from stages
    union all
    select cases.story_key, 'started_to_code_complete', 80, cases.started_at, cases.code_complete_at from cases
    union all
    select cases.story_key, 'story_cycle_time', 90, cases.backlog_at, cases.production_at from cases
    union all
    select
        cases.story_key,
        'total',
        99,
        coalesce(cases.interviewed_at, cases.backlog_at, cases.spec_at),
        cases.full_rollout_at
    from cases
),

timed as (
    select
        cases.story_key,
        cases.developer_key as developer,
        cases.stratum,
        cases.ai_assistance,
        cases.enabled_at,
        cases.known_until,
        spans.stage,
        spans.position,
        spans.begun_at,
        coalesce(spans.ended_at <= cases.known_until, false) as is_ended,
        {{ seconds_between('spans.begun_at', 'least(spans.ended_at, cases.known_until)') }} as seconds,
        case
            when spans.ended_at < spans.begun_at then 'out of order'
            when spans.ended_at is null and cases.is_over then 'cancelled'
        end as left_out
    from spans
    inner join cases on spans.story_key = cases.story_key
    where spans.begun_at <= cases.known_until
),

final as (
    select
        'before_after_enablement' as comparison,
        timed.begun_at >= timed.enabled_at as is_after,
        timed.*
    from timed
    where timed.enabled_at is not null
    union all
    select
        'signs_against_none' as comparison,
        timed.ai_assistance in ('declared', 'detected') as is_after,
        timed.*
    from timed
    where timed.ai_assistance <> 'unknown' and (timed.enabled_at is null or timed.begun_at >= timed.enabled_at)
)

select * from final

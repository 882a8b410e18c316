-- One row per flag, environment, epoch, step and guardrail: what is said of it, with the step and the story.
{{ config(tags=['outcomes']) }}

with judged as (
    select * from {{ ref('stg_results__rollout_health') }}
),

steps as (
    select * from {{ ref('int_guardrail_steps') }}
),

-- Flags of several sources may let out one story, and one flag several: the first by key, as for the steps.
stories as (
    select
        flags.flag_key,
        flag_story_keys.story_key
    from {{ ref('int_flags') }} as flags
    inner join {{ ref('int_flag_story_keys') }} as flag_story_keys on flags.flag_id = flag_story_keys.flag_id
),

final as (
    select
        judged.*,
        steps.percentage,
        steps.started_at,
        steps.ended_at,
        stories.story_key
    from judged
    inner join steps
        on
            judged.flag_key = steps.flag_key
            and judged.environment = steps.environment
            and judged.epoch = steps.epoch
            and judged.step = steps.step
    left join stories on judged.flag_key = stories.flag_key
)

select * from final

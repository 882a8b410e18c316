-- One row per flag of a story and step of its rollout where users meet it, with what was served around it.
{{ config(materialized='keyed', meta={'key': ['flag_key'], 'follows': []}) }}

{% set delay = (var('impact').flag_delay_seconds * 1000000) | int %}

with flags as (
    select distinct
        feature_epochs.flag_id,
        feature_epochs.flag_key,
        feature_epochs.environment
    from {{ ref('int_feature_epochs') }} as feature_epochs
    where feature_epochs.flag_key is not null
),

-- A flag that is put away goes on to serve what it served, until its code is gone.
steps as (
    select
        flags.flag_key,
        rollout_steps.epoch,
        rollout_steps.step,
        rollout_steps.percentage,
        rollout_steps.started_at,
        lag(rollout_steps.percentage) over own as earlier_percentage,
        lead(rollout_steps.percentage) over own as later_percentage,
        max(coalesce(rollout_steps.percentage, 100)) over own as highest_percentage,
        coalesce(lead(rollout_steps.started_at) over own, cast('9999-01-01 00:00:00+00' as timestamptz)) as ended_at
    from {{ ref('int_rollout_steps') }} as rollout_steps
    inner join flags on rollout_steps.flag_id = flags.flag_id and rollout_steps.environment = flags.environment
    window own as (partition by flags.flag_key order by rollout_steps.started_at)
),

-- About the moment of a change a product may serve what the flag served before, or a clock be off by as much.
final as (
    select
        steps.flag_key,
        steps.epoch,
        steps.step,
        steps.percentage,
        steps.earlier_percentage,
        steps.later_percentage,
        steps.highest_percentage,
        steps.started_at,
        steps.ended_at,
        {{ later_by('steps.started_at', delay) }} as settled_at,
        {{ later_by('steps.ended_at', -delay) }} as unsettled_at
    from steps
)

select * from final

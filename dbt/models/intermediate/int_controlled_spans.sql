-- One row per flag, epoch and step at which some users got the feature and others did not: between which moments nobody
-- changed sides.
{{ config(
    materialized='keyed',
    meta={'key': ['flag_key', 'epoch', 'step'], 'follows': []}
) }}

{% set delay = (var('impact').flag_delay_seconds * 1000000) | int %}

with flags as (
    select distinct
        feature_epochs.flag_key,
        feature_epochs.flag_id,
        feature_epochs.environment
    from {{ ref('int_feature_epochs') }} as feature_epochs
    where feature_epochs.flag_key is not null
),

steps as (
    select
        flags.flag_key,
        rollout_steps.epoch,
        rollout_steps.step,
        rollout_steps.percentage,
        rollout_steps.started_at,
        case
            when
                rollout_steps.epoch = lag(rollout_steps.epoch) over own
                and rollout_steps.percentage = lag(rollout_steps.percentage) over own
                then 0
            else 1
        end as is_change
    from {{ ref('int_rollout_steps') }} as rollout_steps
    inner join flags
        on rollout_steps.flag_id = flags.flag_id and rollout_steps.environment = flags.environment
    window own as (partition by flags.flag_key order by rollout_steps.started_at)
),

-- A share that was set again as it was moves nobody. A higher one gives the feature to some who were without it, a
-- lower one takes it from some who had it: either ends the comparison, and so does a share that nobody knows.
numbered as (
    select
        steps.*,
        sum(steps.is_change) over (
            partition by steps.flag_key
            order by steps.started_at
            rows between unbounded preceding and current row
        ) as span_number
    from steps
),

spans as (
    select
        numbered.flag_key,
        numbered.span_number,
        min(numbered.started_at) as started_at
    from numbered
    group by numbered.flag_key, numbered.span_number
),

ended as (
    select
        spans.*,
        lead(spans.started_at) over (partition by spans.flag_key order by spans.span_number) as ended_at
    from spans
),

-- About the moment of a change the product may still serve what it served before, or a clock be off by as much.
final as (
    select
        numbered.flag_key,
        numbered.epoch,
        numbered.step,
        numbered.percentage,
        {{ later_by('ended.started_at', delay) }} as controlled_from,
        coalesce({{ later_by('ended.ended_at', -delay) }}, cast('9999-01-01 00:00:00+00' as timestamptz))
            as controlled_until
    from numbered
    inner join ended on numbered.flag_key = ended.flag_key and numbered.span_number = ended.span_number
    where numbered.percentage > 0 and numbered.percentage < 100
)

select * from final

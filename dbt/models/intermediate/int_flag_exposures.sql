-- One row per flag, epoch of its rollout in production and person who met it: when first, and in which arm.
{{ config(materialized='table', tags=['usage']) }}

{% set delay = (var('impact').flag_delay_seconds * 1000000) | int %}

with exposures as (
    select * from {{ ref('int_usage_acts') }}
    where is_exposure and variant is not null
),

names as (
    select distinct
        flag_names.name,
        feature_epochs.flag_id,
        feature_epochs.flag_key,
        feature_epochs.environment
    from {{ ref('int_feature_epochs') }} as feature_epochs
    inner join {{ ref('int_flag_names') }} as flag_names on feature_epochs.flag_key = flag_names.flag_key
),

-- A flag that is put away goes on to serve what it served, until its code is gone.
steps as (
    select
        names.name,
        names.flag_key,
        rollout_steps.epoch,
        rollout_steps.step,
        rollout_steps.percentage,
        rollout_steps.started_at,
        lag(rollout_steps.percentage) over own as earlier_percentage,
        lead(rollout_steps.percentage) over own as later_percentage,
        max(coalesce(rollout_steps.percentage, 100)) over own as highest_percentage,
        coalesce(lead(rollout_steps.started_at) over own, cast('9999-01-01 00:00:00+00' as timestamptz)) as ended_at
    from {{ ref('int_rollout_steps') }} as rollout_steps
    inner join names on rollout_steps.flag_id = names.flag_id and rollout_steps.environment = names.environment
    window own as (partition by names.name order by rollout_steps.started_at)
),

-- About the moment of a change a product may serve what the flag served before, or a clock be off by as much.
settled as (
    select
        steps.*,
        {{ later_by('steps.started_at', delay) }} as settled_at,
        {{ later_by('steps.ended_at', -delay) }} as unsettled_at
    from steps
),

placed as (
    select
        exposures.person_key,
        exposures.is_of_nobody,
        exposures.happened_at,
        lower(exposures.variant) as variant,
        lower(exposures.variant) not in ({{ lower_texts(var('impact').control_variants) }}) as is_treated,
        steps.flag_key,
        steps.epoch,
        steps.step,
        steps.percentage,
        steps.highest_percentage,
        case when exposures.happened_at < steps.settled_at then steps.earlier_percentage end as earlier_percentage,
        case when exposures.happened_at >= steps.unsettled_at then steps.later_percentage end as later_percentage
    from exposures
    inner join settled as steps
        on
            exposures.flag_key = steps.name
            and exposures.happened_at >= steps.started_at
            and exposures.happened_at < steps.ended_at
),

-- While nobody is meant to get it, that somebody does not is no arm of anything.
variants as (
    select
        placed.flag_key,
        placed.epoch,
        placed.person_key,
        placed.variant,
        placed.is_treated,
        bool_or(placed.is_of_nobody) as is_of_nobody,
        min(placed.happened_at) as first_at,
        min(placed.step) as step,
        min_by(placed.percentage, placed.happened_at) as percentage,
        min(greatest(placed.percentage, placed.earlier_percentage, placed.later_percentage))
        filter (where placed.is_treated) as on_percentage,
        max(least(placed.percentage, placed.earlier_percentage, placed.later_percentage))
        filter (where not placed.is_treated) as off_percentage,
        bool_or(
            placed.is_treated
            and greatest(placed.highest_percentage, placed.earlier_percentage, placed.later_percentage) = 0
        ) as is_early
    from placed
    where placed.is_treated or placed.percentage is distinct from 0
    group by placed.flag_key, placed.epoch, placed.person_key, placed.variant, placed.is_treated
),

-- Whoever gets a feature at one share gets it at every higher one. Somebody who does not was drawn twice, as on a
-- device that did not know them. Whoever had it before anybody was meant to was named one by one, here and in every
-- epoch; after a fall to nobody it may only be an old page.
final as (
    select
        variants.flag_key,
        variants.epoch,
        variants.person_key,
        variants.is_of_nobody,
        variants.first_at as first_exposed_at,
        variants.variant,
        variants.is_treated,
        variants.step,
        variants.percentage,
        coalesce(max(variants.off_percentage) over own >= min(variants.on_percentage) over own, false)
        or count(*) filter (where variants.is_treated) over own > 1 as has_several_variants,
        bool_or(variants.is_early) over (partition by variants.flag_key, variants.person_key) as is_targeted
    from variants
    window own as (partition by variants.flag_key, variants.epoch, variants.person_key)
    qualify row_number() over (
        partition by variants.flag_key, variants.epoch, variants.person_key
        order by variants.first_at, variants.variant
    ) = 1
)

select * from final

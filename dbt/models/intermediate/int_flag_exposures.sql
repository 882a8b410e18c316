-- One row per flag, epoch of its rollout in production and person who met it: when first, and in which arm.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['flag_key', 'person_key'], 'never_null': ['flag_key', 'person_key'], 'ordered_by': 'first_exposed_at',
        'needs': {'first_exposed_at': 'steps_begin'},
        'follows': {
        'int_usage_acts': {
            'touches': 'select flag_key, person_key from changed where is_exposure and flag_key is not null',
            'needs': {'happened_at': 'steps_begin'},
        },
        'int_flag_steps': {
            'touches': 'select acts.flag_key, acts.person_key from intermediate.int_usage_acts as acts'
                ~ ' semi join changed using (flag_key) where acts.is_exposure',
            'narrowed_by': [],
        },
    }}
) }}

with exposures as (
    select * from {{ ref('int_usage_acts') }}
    where is_exposure and variant is not null
),

steps as (
    select * from {{ ref('int_flag_steps') }}
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
    inner join steps
        on
            exposures.flag_key = steps.flag_key
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

-- One row per story, flag, epoch and person who met the feature: when first, in which arm, and whether they count.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['flag_key', 'person_key'], 'never_null': ['person_key'], 'ordered_by': 'first_exposed_at',
        'needs': {'first_exposed_at': 'exposures_begin'}, 'follows': {
        'int_flag_exposures': {'needs': {'first_exposed_at': 'steps_begin'}},
        'int_feature_epochs': {'touches': 'exposures_touched_by_epochs', 'narrowed_by': []},
        'int_usage_days': {
            'touches': 'exposures_touched_by_unflagged_days', 'narrowed_by': ['person_key'],
            'needs': {'day_on': 'select cast(min(opened_at) as date) - 1 from intermediate.int_feature_epochs'
                ~ ' where flag_id is null'},
        },
        'int_usage_people': {'touches': 'exposures_touched_by_kinds_of_people', 'narrowed_by': ['person_key']},
    }}
) }}

with epochs as (
    select * from {{ ref('int_feature_epochs') }}
),

days as (
    select * from {{ ref('int_usage_days') }}
    where active_count > 0
),

flagged as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        epochs.full_at,
        flag_exposures.person_key,
        flag_exposures.first_exposed_at,
        flag_exposures.variant,
        flag_exposures.is_treated,
        flag_exposures.step,
        flag_exposures.percentage,
        flag_exposures.is_of_nobody,
        flag_exposures.has_several_variants,
        flag_exposures.is_targeted
    from {{ ref('int_flag_exposures') }} as flag_exposures
    inner join epochs on flag_exposures.flag_key = epochs.flag_key and flag_exposures.epoch = epochs.epoch
),

-- Without a flag nobody tells who saw the feature: whoever was active since it is there may have.
unflagged as (
    select
        epochs.story_key,
        epochs.epoch,
        epochs.full_at,
        days.person_key,
        min(greatest(days.first_active_at, epochs.opened_at)) as first_exposed_at
    from epochs
    inner join days
        on
            epochs.opened_at <= days.last_active_at
            and days.first_active_at < {{ adoption_end('epochs.opened_at') }}
    where epochs.flag_id is null
    group by epochs.story_key, epochs.epoch, epochs.full_at, days.person_key
),

met as (
    select * from flagged
    union all
    select
        unflagged.story_key,
        null as flag_key,
        unflagged.epoch,
        unflagged.full_at,
        unflagged.person_key,
        unflagged.first_exposed_at,
        null as variant,
        true as is_treated,
        1 as step,
        100 as percentage,
        false as is_of_nobody,
        false as has_several_variants,
        false as is_targeted
    from unflagged
),

final as (
    select
        met.story_key,
        met.flag_key,
        met.epoch,
        met.person_key,
        met.first_exposed_at,
        met.full_at,
        met.variant,
        case when met.is_treated then 'treated' else 'control' end as arm,
        met.step,
        met.percentage,
        case
            when people.is_internal then 'internal'
            when people.is_bot then 'bot'
            when met.is_of_nobody then 'shared_device'
            when met.is_targeted then 'targeted'
            when met.has_several_variants then 'several_variants'
        end as excluded_for
    from met
    left join {{ ref('int_usage_people') }} as people on met.person_key = people.person_key
)

select * from final

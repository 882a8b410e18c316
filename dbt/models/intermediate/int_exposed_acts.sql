-- One row per exposure that counts and after which the person used the feature or bought something.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at'],
        'by_time': {'of': 'int_exposures', 'column': 'first_exposed_at', 'needs': {
            'int_feature_uses': {'used_at': ['least(first_exposed_at, full_at)']},
            'int_usage_acts': {'happened_at': ['first_exposed_at', hours_after('first_exposed_at', 168)]},
        }},
        'follows': {
        'int_exposures': {},
        'int_feature_uses': {'touches': 'exposed_touched_by_uses', 'narrowed_by': ['story_key', 'person_key']},
        'int_usage_acts': {
            'touches': 'exposed_touched_by_purchases', 'since': 'happened_at', 'narrowed_by': ['person_key'],
            'needs': {'happened_at': 'select min(first_exposed_at) from keyed_keys'},
        },
    }}
) }}

with exposures as (
    select
        exposures.*,
        {{ hours_after('exposures.first_exposed_at', 168) }} as week_ended_at
    from {{ ref('int_exposures') }} as exposures
    where exposures.excluded_for is null
),

uses as (
    select * from {{ ref('int_feature_uses') }}
),

purchases as (
    select * from {{ ref('int_usage_acts') }}
    where (is_conversion or revenue is not null) and not is_of_nobody
),

used as (
    select
        exposures.story_key,
        exposures.flag_key,
        exposures.epoch,
        exposures.person_key,
        exposures.first_exposed_at,
        min(uses.used_at) filter (where uses.used_at >= exposures.first_exposed_at) as first_used_at,
        coalesce(sum(uses.use_count) filter (
            where uses.used_at >= exposures.first_exposed_at and uses.used_at < exposures.week_ended_at
        ), 0) as use_count,
        count(distinct uses.day_on) filter (
            where uses.used_at >= exposures.first_exposed_at and uses.used_at < exposures.week_ended_at
        ) as use_day_count,
        count(distinct uses.day_on) filter (
            where uses.used_at >= exposures.full_at and uses.used_at < {{ adoption_end('exposures.full_at') }}
        ) as month_use_day_count
    from exposures
    inner join uses
        on
            exposures.story_key = uses.story_key
            and exposures.person_key = uses.person_key
            and uses.used_at >= least(exposures.first_exposed_at, exposures.full_at)
    group by exposures.story_key, exposures.flag_key, exposures.epoch, exposures.person_key, exposures.first_exposed_at
),

-- Used again, on the clock of the first use.
again as (
    select {{ exposure_of('used') }}
    from used
    inner join uses on used.story_key = uses.story_key and used.person_key = uses.person_key
    where
        uses.used_at >= {{ hours_after('used.first_used_at', 24) }}
        and uses.used_at < {{ hours_after('used.first_used_at', 192) }}
    group by {{ exposure_of('used') }}
),

bought as (
    select
        exposures.story_key,
        exposures.flag_key,
        exposures.epoch,
        exposures.person_key,
        exposures.first_exposed_at,
        bool_or(purchases.is_conversion) as has_bought,
        sum(coalesce(purchases.revenue, 0)) as revenue
    from exposures
    inner join purchases
        on
            exposures.person_key = purchases.person_key
            and purchases.happened_at >= exposures.first_exposed_at
            and purchases.happened_at < exposures.week_ended_at
    group by exposures.story_key, exposures.flag_key, exposures.epoch, exposures.person_key, exposures.first_exposed_at
),

final as (
    select
        coalesce(used.story_key, bought.story_key) as story_key,
        coalesce(used.flag_key, bought.flag_key) as flag_key,
        coalesce(used.epoch, bought.epoch) as epoch,
        coalesce(used.person_key, bought.person_key) as person_key,
        coalesce(used.first_exposed_at, bought.first_exposed_at) as first_exposed_at,
        used.first_used_at,
        coalesce(used.use_count, 0) as use_count_7d,
        coalesce(used.use_day_count, 0) as use_days_7d,
        coalesce(used.month_use_day_count, 0) as use_days_in_month,
        again.story_key is not null as has_used_again_d1_d7,
        coalesce(bought.has_bought, false) as has_bought_7d,
        coalesce(bought.revenue, 0) as revenue_7d
    from used
    full outer join bought on {{ same_exposure('used', 'bought') }}
    left join again on {{ same_exposure('used', 'again') }}
)

select * from final

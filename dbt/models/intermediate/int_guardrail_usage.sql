-- One row per flag, environment, epoch, step, guardrail and metric: the people of both arms who met the feature in the
-- step and had a week since, and those of them who did it.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['flag_key', 'environment', 'epoch', 'step', 'guardrail', 'metric'],
        'never_null': ['flag_key', 'epoch', 'person_key', 'first_exposed_at'],
        'adds_up': {'by': ['flag_key', 'epoch', 'person_key', 'first_exposed_at'], 'of': 'int_exposed_windows',
            'counted': 'people_of_both'},
        'follows': {
            'int_exposed_windows': {'touches': 'guardrails_touched_by_outcomes', 'columns': ['story_key', 'flag_key',
                'epoch', 'person_key', 'first_exposed_at', 'step', 'arm', 'has_used_7d', 'has_bought_7d']},
            'int_usage_span': {'touches': 'guardrails_touched_by_span', 'narrowed_by': [], 'since': 'known_until_or_never'},
            'int_feature_epochs': {'touches': 'guardrails_touched_by_epochs', 'narrowed_by': []},
        }}
) }}

with outcomes as (
    select * from {{ ref('int_exposed_windows') }}
    where flag_key is not null
),

span as (
    select * from {{ ref('int_usage_span') }}
),

epochs as (
    select distinct
        flag_key,
        environment,
        epoch
    from {{ ref('int_feature_epochs') }}
    where flag_key is not null
),

-- A flag may let out several stories; to use any of them is to use it.
people as (
    select
        outcomes.flag_key,
        outcomes.epoch,
        outcomes.step,
        outcomes.person_key,
        outcomes.arm = 'treated' as is_treated,
        bool_or(outcomes.has_used_7d) as has_used,
        bool_or(outcomes.has_bought_7d) as has_bought
    from outcomes
    where
        {{ hours_after('outcomes.first_exposed_at', 168) }} <= (select span.known_until from span)
        and outcomes.step is not null
    group by outcomes.flag_key, outcomes.epoch, outcomes.step, outcomes.person_key, outcomes.arm
),

counted as (
    select
        people.flag_key,
        people.epoch,
        people.step,
        count(*) as people_of_both,
        count(*) filter (where people.is_treated) as people,
        count(*) filter (where people.is_treated and people.has_used) as used,
        count(*) filter (where people.is_treated and people.has_bought) as bought,
        count(*) filter (where not people.is_treated) as control_people,
        count(*) filter (where not people.is_treated and people.has_bought) as control_bought
    from people
    group by people.flag_key, people.epoch, people.step
),

placed as (
    select
        epochs.environment,
        counted.*
    from counted
    inner join epochs on counted.flag_key = epochs.flag_key and counted.epoch = epochs.epoch
),

final as (
    select
        placed.flag_key,
        placed.environment,
        placed.epoch,
        placed.step,
        'feature_usage' as guardrail,
        cast(null as varchar) as metric,
        placed.people_of_both,
        placed.people,
        placed.used as successes,
        cast(0 as bigint) as control_people,
        cast(0 as bigint) as control_successes
    from placed
    union all
    select
        placed.flag_key,
        placed.environment,
        placed.epoch,
        placed.step,
        'business_metric' as guardrail,
        'bought within 7 days' as metric,
        placed.people_of_both,
        placed.people,
        placed.bought as successes,
        placed.control_people,
        placed.control_bought as control_successes
    from placed
)

select * from final

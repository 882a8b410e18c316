-- One row per story, flag and epoch that reached all users and since when anybody was active: how many were in the days
-- since then, and how many of them used the feature, whether they are known to have met it or not.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch'], 'never_null': ['story_key', 'epoch', 'person_key', 'day_on'],
        'adds_up': {'by': ['story_key', 'person_key'], 'of': 'int_feature_uses', 'counted': 'active_people'},
        'follows': {
        'int_feature_epochs': {'touches': 'months_touched_by_epochs', 'narrowed_by': ['story_key']},
        'int_feature_uses': {},
        'int_usage_days': {
            'touches': 'months_touched_by_days', 'narrowed_by': ['person_key'],
            'columns': ['person_key', 'day_on', 'active_count', 'first_active_at', 'last_active_at'],
            'needs': {'day_on': 'months_touched_begin'},
        },
        'int_usage_people': {
            'touches': 'months_touched_by_kinds_of_people', 'narrowed_by': ['person_key'], 'is_unique': true,
            'columns': ['person_key', 'is_internal', 'is_bot'],
        },
    }}
) }}

with epochs as (
    select * from {{ ref('int_feature_epochs') }}
    where full_at is not null
),

-- Nearly everybody counts, so those are left out who do not.
others as (
    select * from {{ ref('int_usage_people') }}
    where is_internal or is_bot
),

days as (
    select days.*
    from {{ ref('int_usage_days') }} as days
    anti join others on days.person_key = others.person_key
    where days.active_count > 0
),

active as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        count(distinct days.person_key) as active_people
    from epochs
    inner join days
        on
            epochs.full_at <= days.last_active_at
            and days.first_active_at < {{ adoption_end('epochs.full_at') }}
    group by epochs.story_key, epochs.flag_key, epochs.epoch
),

users as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        epochs.full_at,
        uses.person_key,
        count(distinct uses.day_on) as use_days
    from epochs
    inner join {{ ref('int_feature_uses') }} as uses
        on
            epochs.story_key = uses.story_key
            and uses.used_at >= epochs.full_at
            and uses.used_at < {{ adoption_end('epochs.full_at') }}
    anti join others on uses.person_key = others.person_key
    group by epochs.story_key, epochs.flag_key, epochs.epoch, epochs.full_at, uses.person_key
),

-- Of those who were active: who uses it by what counts as no sign of activity is not among them.
used as (
    select
        users.story_key,
        users.flag_key,
        users.epoch,
        count(*) as tried_people,
        count(*) filter (where users.use_days >= 2) as habitual_people
    from users
    semi join days
        on
            users.person_key = days.person_key
            and users.full_at <= days.last_active_at
            and days.first_active_at < {{ adoption_end('users.full_at') }}
    group by users.story_key, users.flag_key, users.epoch
),

final as (
    select
        active.story_key,
        active.flag_key,
        active.epoch,
        active.active_people,
        coalesce(used.tried_people, 0) as tried_people,
        coalesce(used.habitual_people, 0) as habitual_people
    from active
    left join used on {{ same_epoch('active', 'used') }}
)

select * from final

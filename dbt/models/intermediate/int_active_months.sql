-- One row per story, flag and epoch that reached all users: how many were active in the days since then, and how many
-- of them used the feature, whether they are known to have met it or not.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['story_key'], 'never_null': ['story_key'], 'follows': {
        'int_feature_epochs': {},
        'int_feature_uses': {},
        'int_usage_days': {
            'touches': 'months_touched_by_days', 'narrowed_by': [],
            'needs': {'day_on': 'select cast(min(full_at) as date) - 1 from intermediate.int_feature_epochs'
                ~ ' semi join keyed_keys using (story_key)'},
        },
        'int_usage_people': {'touches': 'months_touched_by_kinds_of_people', 'narrowed_by': []},
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
        uses.person_key,
        count(distinct uses.day_on) as use_days
    from epochs
    inner join {{ ref('int_feature_uses') }} as uses
        on
            epochs.story_key = uses.story_key
            and uses.used_at >= epochs.full_at
            and uses.used_at < {{ adoption_end('epochs.full_at') }}
    anti join others on uses.person_key = others.person_key
    group by epochs.story_key, epochs.flag_key, epochs.epoch, uses.person_key
),

used as (
    select
        users.story_key,
        users.flag_key,
        users.epoch,
        count(*) as tried_people,
        count(*) filter (where users.use_days >= 2) as habitual_people
    from users
    group by users.story_key, users.flag_key, users.epoch
),

final as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        epochs.full_at as window_start,
        {{ adoption_end('epochs.full_at') }} as window_end,
        coalesce(active.active_people, 0) as active_people,
        coalesce(used.tried_people, 0) as tried_people,
        coalesce(used.habitual_people, 0) as habitual_people
    from epochs
    left join active
        on
            epochs.story_key = active.story_key
            and epochs.flag_key is not distinct from active.flag_key
            and epochs.epoch = active.epoch
    left join used
        on
            epochs.story_key = used.story_key
            and epochs.flag_key is not distinct from used.flag_key
            and epochs.epoch = used.epoch
)

select * from final

-- One row per topic, story that is meant to change it, flag, and epoch that reached all users: the day on which anybody
-- first had the feature, and the first whole day on which all had it. The days between are of neither side.
{{ config(materialized='table') }}

with meant as (
    select
        topic_stories.from_key as topic,
        topic_stories.story_key
    from {{ ref('int_topic_stories') }} as topic_stories
    inner join {{ ref('int_topics') }} as topics on topic_stories.from_key = topics.topic
    where topic_stories.from_kind = 'topic' and topic_stories.is_linked
),

epochs as (
    select * from {{ ref('int_feature_epochs') }}
),

-- Nobody needs to have told a product event of a story for it to change what is asked.
unflagged as (
    select
        releases.story_key,
        releases.production_at
    from {{ ref('int_story_releases') }} as releases
    left join epochs on releases.story_key = epochs.story_key
    left join {{ ref('int_story_flags') }} as flags on releases.story_key = flags.story_key
    where epochs.story_key is null and flags.story_key is null and releases.production_at is not null
),

launches as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        epochs.full_at,
        -- Whoever had it in an earlier epoch, or by another flag, had it before as well.
        min(epochs.opened_at) over (partition by epochs.story_key) as opened_at
    from epochs
    union all
    select
        unflagged.story_key,
        null as flag_key,
        1 as epoch,
        unflagged.production_at as full_at,
        unflagged.production_at as opened_at
    from unflagged
),

dated as (
    select
        meant.topic,
        launches.story_key,
        launches.flag_key,
        launches.epoch,
        launches.opened_at,
        launches.full_at,
        {{ day_of('launches.opened_at') }} as before_until,
        cast({{ day_of(later_by('launches.full_at', -1)) }} + interval 1 day as date) as after_from
    from meant
    inner join launches on meant.story_key = launches.story_key
    where launches.full_at is not null
),

-- A trend before wants twice as many weeks as are compared.
ranged as (
    select
        dated.*,
        cast({{ var('impact').ticket_weeks }} as bigint) as most_weeks,
        cast(dated.before_until - interval {{ 14 * var('impact').ticket_weeks }} day as date) as series_from,
        cast(dated.after_from + interval {{ 7 * var('impact').ticket_weeks }} day as date) as series_until
    from dated
),

others as (
    select
        ranged.topic,
        ranged.story_key,
        ranged.flag_key,
        ranged.epoch,
        list_sort(list_distinct(list(neighbours.story_key))) as other_story_keys
    from ranged
    inner join ranged as neighbours
        on
            ranged.topic = neighbours.topic
            and ranged.story_key <> neighbours.story_key
            and ranged.series_until > neighbours.before_until
            and ranged.series_from < neighbours.after_from
    group by ranged.topic, ranged.story_key, ranged.flag_key, ranged.epoch
),

final as (
    select
        ranged.*,
        {{ known_until() }} as known_until,
        coalesce(others.other_story_keys, cast([] as varchar[])) as other_story_keys
    from ranged
    left join others
        on
            ranged.topic = others.topic
            and {{ same_epoch('ranged', 'others') }}
)

select * from final

-- One row per launch of `int_topic_launches` and whole week before and after it of which everything is known: tickets
-- on the topic, on those that serve as a control, on all together, and active user-days. Weeks count from the launch.
{{ config(materialized='table') }}

with launches as (
    select
        *,
        md5(concat_ws(chr(31), topic, story_key, flag_key, epoch)) as launch_id
    from {{ ref('int_topic_launches') }}
),

tickets as (
    select
        *,
        {{ day_of('asked_at') }} as asked_on
    from {{ ref('int_topic_tickets') }}
),

-- Of the days on which tickets and product events begin only a part is known.
known as (
    select cast(greatest(min(tickets.asked_on), min(days.day_on)) + interval 1 day as date) as known_from
    from tickets
    full outer join {{ ref('int_active_days') }} as days on tickets.asked_on = days.day_on
),

numbered as (
    select
        launches.*,
        unnest(range(-2 * launches.most_weeks, launches.most_weeks)) as place
    from launches
),

dated as (
    select
        numbered.*,
        case when numbered.place < 0 then numbered.place else numbered.place + 1 end as week_number,
        cast(
            case when numbered.place < 0 then numbered.before_until else numbered.after_from end
            + to_days(cast(7 * numbered.place as integer)) as date
        ) as week_from
    from numbered
),

weeks as (
    select
        dated.*,
        cast(dated.week_from + interval 7 day as date) as week_until
    from dated
    inner join known on dated.week_from >= known.known_from
    where cast(dated.week_from + interval 7 day as timestamp) at time zone 'UTC' <= {{ known_until() }}
),

-- What another launch in these weeks is meant to change is no control.
moved as (
    select distinct
        launches.launch_id,
        others.topic
    from launches
    inner join launches as others
        on
            launches.topic <> others.topic
            and launches.series_until > others.before_until
            and launches.series_from < others.after_from
),

asked as (
    select
        weeks.launch_id,
        weeks.week_number,
        tickets.root_key,
        bool_or(tickets.topic = weeks.topic) as is_about,
        bool_or(moved.topic is not null) as is_moved,
        -- Whoever has a feature wishes for more of it: that is told as requests.
        bool_or(tickets.is_wish) as is_wish
    from weeks
    inner join tickets on weeks.week_from <= tickets.asked_on and weeks.week_until > tickets.asked_on
    left join moved on weeks.launch_id = moved.launch_id and tickets.topic = moved.topic
    group by weeks.launch_id, weeks.week_number, tickets.root_key
),

counted as (
    select
        asked.launch_id,
        asked.week_number,
        count(*) filter (where asked.is_about and not asked.is_wish) as tickets,
        count(*) filter (where not asked.is_about and not asked.is_moved and not asked.is_wish) as control_tickets,
        count(*) as all_tickets
    from asked
    group by asked.launch_id, asked.week_number
),

active as (
    select
        weeks.launch_id,
        weeks.week_number,
        sum(days.active_people) as active_user_days
    from weeks
    inner join {{ ref('int_active_days') }} as days on weeks.week_from <= days.day_on and weeks.week_until > days.day_on
    group by weeks.launch_id, weeks.week_number
),

final as (
    select
        weeks.topic,
        weeks.story_key,
        weeks.flag_key,
        weeks.epoch,
        cast(weeks.week_number as bigint) as week_number,
        weeks.week_from,
        coalesce(counted.tickets, 0) as tickets,
        coalesce(counted.control_tickets, 0) as control_tickets,
        coalesce(counted.all_tickets, 0) as all_tickets,
        cast(coalesce(active.active_user_days, 0) as bigint) as active_user_days
    from weeks
    left join counted on weeks.launch_id = counted.launch_id and weeks.week_number = counted.week_number
    left join active on weeks.launch_id = active.launch_id and weeks.week_number = active.week_number
)

select * from final

-- One row per calendar and span of working time, from the first milestone of any story to as_of, with the working time
-- before it. Two look-ups in it tell the working time between any two moments, across every change of the clocks.
{{ config(materialized='table') }}

with hours as (
    select * from {{ ref('stg_settings__calendar_hours') }}
),

holidays as (
    select * from {{ ref('stg_settings__calendar_holidays') }}
),

-- A day more at both ends: days begin up to fourteen hours apart.
ends as (
    select
        cast(min(stages.entered_at) as date) - 2 as first_on,
        cast(greatest(max(stages.entered_at), max(stages.left_at), max({{ as_of() }})) as date) + 2 as last_on
    from {{ ref('int_story_stages') }} as stages
    inner join {{ ref('int_story_calendars') }} as calendars on stages.story_key = calendars.story_key
),

days as (
    select cast(unnest(generate_series(ends.first_on, ends.last_on, interval 1 day)) as date) as day_on
    from ends
),

worked as (
    select
        hours.calendar,
        timezone(hours.time_zone, cast(days.day_on as timestamp) + to_minutes(hours.begins_minute)) as begins_at,
        timezone(hours.time_zone, cast(days.day_on as timestamp) + to_minutes(hours.ends_minute)) as ends_at
    from days
    inner join hours
        on
            isodow(days.day_on) = hours.iso_weekday
            and (hours.valid_from is null or days.day_on >= hours.valid_from)
            and (hours.valid_to is null or days.day_on < hours.valid_to)
    left join holidays on hours.calendar = holidays.calendar and days.day_on = holidays.holiday_on
    where holidays.holiday_on is null
),

-- A span that lies in the hour which the clocks skip has no time at all.
final as (
    select
        worked.calendar,
        worked.begins_at,
        worked.ends_at,
        cast(
            coalesce(
                sum(epoch_us(worked.ends_at) - epoch_us(worked.begins_at)) over (
                    partition by worked.calendar
                    order by worked.begins_at
                    rows between unbounded preceding and 1 preceding
                ), 0
            ) as bigint
        ) as worked_before_us
    from worked
    where worked.ends_at > worked.begins_at
)

select * from final

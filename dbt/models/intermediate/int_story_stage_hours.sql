-- One row per story and stage of a team with a calendar: the working time of the calendar until its two ends.
with stages as (
    select
        stages.story_key,
        stages.stage,
        calendars.calendar,
        stages.entered_at,
        coalesce(stages.left_at, {{ lasts_until('stages.entered_at') }}) as left_at
    from {{ ref('int_story_stages') }} as stages
    inner join {{ ref('int_story_calendars') }} as calendars on stages.story_key = calendars.story_key
),

spans as (
    select * from {{ ref('int_calendar_spans') }}
),

moments as (
    select calendar, entered_at as moment from stages
    union
    select calendar, left_at as moment from stages
),

-- Before the first span nothing was worked; between spans, all of the last one.
worked as (
    select
        moments.calendar,
        moments.moment,
        coalesce(
            spans.worked_before_us + epoch_us(least(moments.moment, spans.ends_at)) - epoch_us(spans.begins_at), 0
        ) as worked_us
    from moments
    asof left join spans
        on moments.calendar = spans.calendar and moments.moment >= spans.begins_at
),

final as (
    select
        stages.story_key,
        stages.stage,
        stages.calendar,
        until_end.worked_us - until_begin.worked_us as business_us
    from stages
    inner join worked as until_begin
        on stages.calendar = until_begin.calendar and stages.entered_at = until_begin.moment
    inner join worked as until_end
        on stages.calendar = until_end.calendar and stages.left_at = until_end.moment
)

select * from final

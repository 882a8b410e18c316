-- Every story is created in one week; the last week's work is what stands in work now; parts make the whole.
with stories as (
    select
        count(*) filter (where created_at <= {{ as_of() }}) as created,
        count(wip_age_seconds) as wip
    from {{ ref('fct_stories') }}
    where is_measured and not is_deleted
),

-- What moved after the moment of the marts, while a night read or by a clock that is ahead, stands elsewhere by now.
moved as (
    select count(distinct story_key) as stories
    from {{ ref('fct_story_status_intervals') }}
    where entered_at > {{ as_of() }}
),

parts as (
    select
        coalesce(sum(weekly.created), 0) as created,
        coalesce(sum(weekly.wip) filter (
            where weekly.week_on = cast(date_trunc('week', {{ as_of() }} at time zone 'UTC') as date)
        ), 0) as wip
    from {{ ref('agg_flow_weekly') }} as weekly
    where not weekly.is_rollup
),

wholes as (
    select
        weekly.week_on,
        weekly.team,
        bool_or(dayofweek(weekly.week_on) <> 1 or weekly.wip > weekly.flow_load) as is_wrong,
        sum(weekly.finished) filter (where weekly.story_type <> 'all') as finished,
        max(weekly.finished) filter (where weekly.story_type = 'all') as finished_in_all
    from {{ ref('agg_flow_weekly') }} as weekly
    group by weekly.week_on, weekly.team
)

select 'stories' as what
from stories
cross join moved
inner join parts
    on stories.created <> parts.created or abs(stories.wip - parts.wip) > moved.stories
union all
select 'weeks' as what
from wholes
where wholes.is_wrong or wholes.finished <> wholes.finished_in_all

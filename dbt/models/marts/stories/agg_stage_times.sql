-- One row per team, story type, window and stage or whole span: how long it lasts by Kaplan and Meier, with what is
-- open counted as such, and which share of all time it takes. Where team or type is `all`, all of them together.
with stories as (
    select
        story_key,
        coalesce(team, 'unknown') as team,
        coalesce(story_type, 'unknown') as story_type
    from {{ ref('fct_stories') }}
    where is_measured and not is_deleted
),

windows as (
    select
        'all' as window_name,
        cast(null as timestamptz) as window_start
    union all
    select
        'recent' as window_name,
        {{ as_of() }} - interval {{ var('flow_window_days') }} day as window_start
),

by_team as (
    select
        durations.*,
        durations.outcome = 'reached' as is_reached,
        stories.story_type as own_type,
        unnest([stories.team, 'all']) as team
    from {{ ref('int_stage_durations') }} as durations
    inner join stories on durations.story_key = stories.story_key
),

by_type as (
    select
        by_team.*,
        unnest([by_team.own_type, 'all']) as story_type
    from by_team
),

members as (
    select
        by_type.*,
        windows.window_name,
        windows.window_start,
        [by_type.team, by_type.story_type, windows.window_name, by_type.kind, by_type.stage] as series
    from by_type
    inner join windows on windows.window_start is null or by_type.entered_at >= windows.window_start
),

curves as (
    {{ kaplan_meier('members') }}
),

-- The tolerance is for products of fractions, which miss one half by a rounding.
quantiles as (
    select
        curves.series,
        min(curves.duration_seconds) filter (where curves.survival <= 0.5 + 1e-9) as median_seconds,
        min(curves.duration_seconds) filter (where curves.survival_low <= 0.5 + 1e-9) as ci_low_seconds,
        min(curves.duration_seconds) filter (where curves.survival_high <= 0.5 + 1e-9) as ci_high_seconds,
        min(curves.duration_seconds) filter (where curves.survival <= 0.15 + 1e-9) as p85_seconds
    from curves
    group by curves.series
),

counted as (
    select
        members.series,
        members.team,
        members.story_type,
        members.window_name,
        members.kind,
        members.stage,
        members.window_start,
        members.position,
        members.team = 'all' or members.story_type = 'all' as is_rollup,
        count(*) filter (where members.duration_seconds >= 0) as n,
        count(*) filter (where members.duration_seconds >= 0 and members.outcome = 'reached') as n_reached,
        count(*) filter (where members.duration_seconds >= 0 and members.outcome = 'open') as n_open,
        count(*) filter (where members.duration_seconds >= 0 and members.outcome = 'cancelled') as n_cancelled,
        count(*) filter (where members.duration_seconds < 0) as n_out_of_order,
        count(*) filter (where members.outcome = 'unknown') as n_unknown,
        coalesce(sum(members.duration_seconds) filter (where members.duration_seconds >= 0), 0) as spent_seconds
    from members
    group by all
),

shares as (
    select
        counted.*,
        case
            when counted.kind = 'stage'
                then counted.spent_seconds / nullif(sum(counted.spent_seconds) over in_all, 0)
        end as share_of_total,
        row_number() over (in_all order by counted.spent_seconds desc, counted.position, counted.stage) as place
    from counted
    window in_all as (partition by counted.team, counted.story_type, counted.window_name, counted.kind)
),

final as (
    select
        shares.* exclude (place, series),
        quantiles.median_seconds,
        quantiles.ci_low_seconds,
        quantiles.ci_high_seconds,
        quantiles.p85_seconds,
        quantiles.median_seconds is not null as is_median_reached,
        coalesce(shares.place = 1 and shares.share_of_total > 0, false) as is_bottleneck
    from shares
    left join quantiles on shares.series = quantiles.series
)

select * from final

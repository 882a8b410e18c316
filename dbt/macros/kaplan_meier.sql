{#- A query for the survival curve of Kaplan and Meier for each series of a CTE's rows: a row per distinct duration with
    the share that lasts longer, and its 95 % band by Greenwood's variance on the log-log scale, as textbooks have it.
    The CTE has `series`, `duration_seconds` (left out below 0) and `is_reached`: false for what was only seen to last
    that long. What lasted equally long was still at risk when others ended. The band is null where the share is 0 or
    1: nothing varies there. -#}
{% macro kaplan_meier(cte) -%}
with times as (
    select
        {{ cte }}.series,
        {{ cte }}.duration_seconds,
        count(*) filter (where {{ cte }}.is_reached) as events,
        count(*) as leaving
    from {{ cte }}
    where {{ cte }}.duration_seconds >= 0
    group by {{ cte }}.series, {{ cte }}.duration_seconds
),

risks as (
    select
        times.*,
        cast(sum(times.leaving) over (
            partition by times.series
            order by times.duration_seconds desc
            rows between unbounded preceding and current row
        ) as double) as at_risk
    from times
),

bands as (
    {{ survival_bands("risks", "risks.series", "risks.duration_seconds") }}
)

select * from bands
{%- endmacro %}

{#- A query for the curve and its band over a CTE that has `events` of `at_risk`, a double, at each time: `survival`,
    `survival_low`, `survival_high`. -#}
{% macro survival_bands(risks, partition, time) -%}
with curves as (
    select
        {{ risks }}.*,
        product(1 - events / at_risk) over in_order as survival,
        sum(events / nullif(at_risk * (at_risk - events), 0)) over in_order as greenwood
    from {{ risks }}
    window in_order as (
        partition by {{ partition }}
        order by {{ time }}
        rows between unbounded preceding and current row
    )
),

widths as (
    select
        curves.*,
        case
            when curves.survival > 0 and curves.survival < 1
                then 1.959963984540054 * sqrt(curves.greenwood) / abs(ln(curves.survival))
        end as width
    from curves
)

select
    widths.*,
    pow(widths.survival, exp(widths.width)) as survival_low,
    pow(widths.survival, exp(-widths.width)) as survival_high
from widths
{%- endmacro %}

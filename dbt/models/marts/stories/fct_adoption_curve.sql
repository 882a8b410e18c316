-- One row per story, flag, epoch and day since people first met the feature and got it: how many have used it by then.
with days as (
    select * from {{ ref('int_adoption_days') }}
),

ends as (
    select
        days.story_key,
        days.flag_key,
        days.epoch,
        days.day_number,
        sum(days.people) as leaving,
        coalesce(sum(days.people) filter (where days.is_adopter), 0) as adopters
    from days
    group by days.story_key, days.flag_key, days.epoch, days.day_number
),

every_day as (
    select
        ends.story_key,
        ends.flag_key,
        ends.epoch,
        unnest(range(1, max(ends.day_number) + 1)) as day_number
    from ends
    group by ends.story_key, ends.flag_key, ends.epoch
),

-- Who has used it, and who met it too lately to be seen that long, is no longer at risk.
risks as (
    select
        every_day.*,
        coalesce(ends.adopters, 0) as adopters,
        sum(coalesce(ends.leaving, 0)) over (
            partition by every_day.story_key, every_day.flag_key, every_day.epoch
            order by every_day.day_number desc
            rows between unbounded preceding and current row
        ) as at_risk
    from every_day
    left join ends
        on
            every_day.story_key = ends.story_key
            and every_day.flag_key is not distinct from ends.flag_key
            and every_day.epoch = ends.epoch
            and every_day.day_number = ends.day_number
),

curves as (
    select
        risks.*,
        product(1 - cast(risks.adopters as double) / risks.at_risk) over by_day as survival,
        sum(cast(risks.adopters as double) / nullif(risks.at_risk * (risks.at_risk - risks.adopters), 0)) over by_day
            as greenwood
    from risks
    window by_day as (
        partition by risks.story_key, risks.flag_key, risks.epoch
        order by risks.day_number
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
),

final as (
    select
        widths.story_key,
        widths.flag_key,
        widths.epoch,
        cast(widths.day_number as bigint) as day_number,
        cast(widths.at_risk as bigint) as n_at_risk,
        cast(widths.adopters as bigint) as n_adopters,
        1 - widths.survival as adoption_rate,
        1 - pow(widths.survival, exp(-widths.width)) as ci_low,
        1 - pow(widths.survival, exp(widths.width)) as ci_high
    from widths
)

select * from final

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
        coalesce(ends.adopters, 0) as events,
        cast(sum(coalesce(ends.leaving, 0)) over (
            partition by every_day.story_key, every_day.flag_key, every_day.epoch
            order by every_day.day_number desc
            rows between unbounded preceding and current row
        ) as double) as at_risk
    from every_day
    left join ends
        on
            {{ same_epoch('every_day', 'ends') }}
            and every_day.day_number = ends.day_number
),

bands as (
    {{ survival_bands('risks', 'risks.story_key, risks.flag_key, risks.epoch', 'risks.day_number') }}
),

final as (
    select
        bands.story_key,
        bands.flag_key,
        bands.epoch,
        cast(bands.day_number as bigint) as day_number,
        cast(bands.at_risk as bigint) as n_at_risk,
        cast(bands.events as bigint) as n_adopters,
        1 - bands.survival as adoption_rate,
        1 - bands.survival_high as ci_low,
        1 - bands.survival_low as ci_high
    from bands
)

select * from final

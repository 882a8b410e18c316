-- One row per source, site and family of events that told anything in the last eight weeks: how much of the last whole
-- day, against the same weekday of the weeks before.
with volumes as (
    select
        daily.*,
        -- The day of `as_of` is not over.
        cast({{ as_of() }} as date) - 1 as last_on
    from {{ ref('stg_log__daily_volumes') }} as daily
),

streams as (
    select
        volumes.source,
        volumes.instance,
        volumes.family,
        volumes.last_on,
        unnest(range(volumes.last_on - min(volumes.day_on) + 1)) as age_days
    from volumes
    where volumes.day_on between volumes.last_on - 56 and volumes.last_on
    group by volumes.source, volumes.instance, volumes.family, volumes.last_on
),

-- A day of which nothing was told is a day like any other, once the stream had begun.
days as (
    select
        streams.source,
        streams.instance,
        streams.family,
        streams.last_on,
        streams.age_days,
        coalesce(volumes.told, 0) as told
    from streams
    left join volumes
        on
            streams.source = volumes.source
            and streams.instance = volumes.instance
            and streams.family = volumes.family
            and streams.last_on - cast(streams.age_days as integer) = volumes.day_on
),

compared as (
    select
        days.source,
        days.instance,
        days.family,
        days.last_on,
        count(*) filter (where days.age_days > 0 and days.age_days % 7 = 0) as weeks,
        sum(days.told) filter (where days.age_days = 0) as told,
        median(days.told) filter (where days.age_days > 0 and days.age_days % 7 = 0) as usual,
        min(days.told) filter (where days.age_days > 0 and days.age_days % 7 = 0) as least,
        max(days.told) filter (where days.age_days > 0 and days.age_days % 7 = 0) as most,
        sum(days.told) filter (where days.age_days < 7) as told_in_week,
        sum(days.told) filter (where days.age_days >= 7) * 7.0
        / nullif(count(*) filter (where days.age_days >= 7), 0) as usual_in_week
    from days
    group by days.source, days.instance, days.family, days.last_on
),

-- Four weekdays are too few to know a rhythm by, and of what is usually under ten a day without any says nothing.
final as (
    select
        compared.*,
        case
            when compared.weeks < 4 then 'new'
            when compared.told_in_week = 0 and compared.usual_in_week >= 10 then 'silent'
            when compared.usual >= 10 and compared.told * 10 <= compared.usual and compared.told < compared.least
                then 'gap'
            when compared.told >= 10 * greatest(compared.usual, 10) and compared.told > compared.most then 'burst'
            else 'usual'
        end as verdict
    from compared
)

select * from final

-- One row per source and site: how many of its streams told as much as they usually do. `linked` and `total` count the
-- streams that are known for long enough to have a rhythm.
with streams as (
    select
        volumes.*,
        case
            when volumes.verdict in ('gap', 'burst')
                then format(
                    '{}: {} on {}, usually {} on that weekday',
                    volumes.family, volumes.told, volumes.last_on, cast(round(volumes.usual) as bigint)
                )
            when volumes.verdict = 'silent'
                then format(
                    '{}: nothing in seven days, usually {}',
                    volumes.family, cast(round(volumes.usual_in_week) as bigint)
                )
        end as finding
    from {{ ref('int_stream_volumes') }} as volumes
),

final as (
    select
        'volumes_as_usual' as check_name,
        streams.source || ' ' || streams.instance as scope,
        count(*) filter (where streams.verdict = 'usual') as linked,
        count(*) filter (where streams.verdict <> 'new') as total,
        cast(null as double) as ok_from,
        cast(null as double) as watch_from,
        case
            when bool_or(streams.verdict = 'silent') then 'act'
            when bool_or(streams.verdict in ('gap', 'burst')) then 'watch'
            else 'ok'
        end as told_status,
        coalesce(
            string_agg(streams.finding, '; ' order by streams.family),
            case when bool_and(streams.verdict = 'new') then 'too new to have a rhythm' end
        ) as detail
    from streams
    group by streams.source, streams.instance
)

select * from final

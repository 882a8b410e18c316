-- One row per kind of product event: its source, its name, the flag that it met, and the feature that it says it is of.
-- Of the segments as they lie: a delivery that came twice names nothing else, and to tell each event once costs more.
{{ config(materialized='table', tags=['usage']) }}

with segments as (
    select
        usage_segments.source,
        usage_segments.instance,
        usage_segments.event_type,
        usage_segments.is_exposure,
        usage_segments.flag_key,
        usage_segments.occurred_at,
        -- Most events name no feature, and a text is searched far sooner than JSON is read.
        case
            when contains(usage_segments.properties, {{ sql_text('"' ~ var('feature_property') ~ '"') }})
                then
                    nullif(trim(json_extract_string(
                        usage_segments.properties, {{ sql_text('$."' ~ var('feature_property') ~ '"') }}
                    )), '')
        end as feature
    from {{ source('log', 'usage_segments') }} as usage_segments
),

final as (
    select
        segments.source,
        segments.instance,
        segments.event_type,
        segments.is_exposure,
        segments.flag_key,
        segments.feature,
        min(segments.occurred_at) as first_seen_at
    from segments
    group by
        segments.source,
        segments.instance,
        segments.event_type,
        segments.is_exposure,
        segments.flag_key,
        segments.feature
)

select * from final

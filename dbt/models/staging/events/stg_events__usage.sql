-- One row per delivery of a product event, of all sources: what the models need of it. Not of `current_events` as other
-- families are: product events lie in Parquet segments, and each hour of upload is told anew as a whole.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['source', 'instance', 'upload_hour'], 'never_null': ['source', 'instance', 'upload_hour'],
        'follows': ['usage_segments']}
) }}

with segments as (
    select
        *,
        {{ number_of_texts(['source', 'instance', 'insert_id']) }} as event_number
    from {{ source('log', 'usage_segments') }}
),

final as (
    select
        segments.source,
        segments.instance,
        segments.upload_hour,
        segments.event_number,
        {{ mark_of_number('segments.event_number') }} as event_mark,
        segments.event_type,
        segments.person_key,
        segments.device_key,
        segments.vendor_person_key,
        segments.occurred_at,
        segments.uploaded_at,
        segments.revenue,
        segments.is_internal,
        segments.is_exposure,
        segments.flag_key,
        segments.variant,
        -- Most events name no feature, and a text is searched far sooner than JSON is read.
        case
            when contains(segments.properties, {{ sql_text('"' ~ var('feature_property') ~ '"') }})
                then
                    nullif(trim(json_extract_string(
                        segments.properties, {{ sql_text('$."' ~ var('feature_property') ~ '"') }}
                    )), '')
        end as feature
    from segments
)

select * from final

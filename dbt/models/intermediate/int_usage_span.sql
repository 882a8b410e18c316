-- One row: until when what users did is known, as late events are waited for.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['newest_uploaded_at'], 'follows': []}
) }}

with uploads as (
    select max(names.last_uploaded_at) as newest_uploaded_at
    from {{ ref('stg_events__usage_name') }} as names
),

final as (
    select
        uploads.newest_uploaded_at,
        {{ hours_after('least(uploads.newest_uploaded_at, ' ~ as_of() ~ ')', -var('impact').late_hours) }}
            as known_until
    from uploads
)

select * from final

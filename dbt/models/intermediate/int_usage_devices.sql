-- One row per device that product events came from: whose it is, and by how much its clock is slow.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['device_key'], 'is_touched_throughout': true, 'follows': {
        'stg_events__usage_identity': {'touches': 'select device_key from changed where device_key is not null'},
        'int_usage_mergers': {
            'touches': 'select identities.device_key from staging.stg_events__usage_identity as identities'
                ~ ' semi join changed using (vendor_person_key)',
            'narrowed_by': [],
        },
    }}
) }}

with identities as (
    select * from {{ ref('stg_events__usage_identity') }}
),

merged as (
    select * from {{ ref('int_usage_mergers') }}
),

devices as (
    select
        identities.device_key,
        min(identities.person_key) as first_person_key,
        max(identities.person_key) as last_person_key,
        min(merged.person_key) as first_merged_key,
        max(merged.person_key) as last_merged_key,
        sum(identities.delivery_count) as delivery_count,
        min(identities.least_delay_microseconds) as least_delay_microseconds,
        min(identities.first_uploaded_at) as first_uploaded_at,
        max(identities.last_uploaded_at) as last_uploaded_at
    from identities
    left join merged on identities.vendor_person_key = merged.vendor_person_key
    where identities.device_key is not null
    group by identities.device_key
),

final as (
    select
        devices.device_key,
        case
            when devices.first_person_key = devices.last_person_key then devices.first_person_key
            when devices.first_person_key is null and devices.first_merged_key = devices.last_merged_key
                then devices.first_merged_key
        end as person_key,
        coalesce(devices.first_person_key <> devices.last_person_key, false) as is_shared,
        -- Who is without a network uploads late at one time and at once at another. What always comes late by as much
        -- is told by a slow clock; of a device that was seen for less than a day nobody can tell.
        case
            when
                devices.least_delay_microseconds > {{ clock_tolerance() }}
                and devices.last_uploaded_at >= {{ clock_day_after('devices.first_uploaded_at') }}
                and devices.delivery_count >= {{ clock_deliveries() }}
                then devices.least_delay_microseconds
            else 0
        end as clock_slow_microseconds
    from devices
)

select * from final

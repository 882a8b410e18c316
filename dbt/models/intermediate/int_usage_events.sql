-- One row per product event that was done at a time that can be known: by whom, and when by one clock. A narrow table:
-- to tell each event once, however often it was delivered, is what costs, so it is done once for all readers.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['event_number'], 'never_null': ['event_number', 'event_mark'], 'ordered_by': 'happened_at', 'follows': {
        'stg_events__usage': {'is_as_it_came': true, 'has_all_keys': true,
            'found_by': {'event_mark': mark_of_number('event_number')}},
        'int_usage_devices': {
            'touches': 'select deliveries.event_number from staging.stg_events__usage as deliveries'
                ~ ' semi join changed using (device_key)',
            'narrowed_by': [],
        },
    }}
) }}

with deliveries as (
    select * from {{ ref('stg_events__usage') }}
),

doubled as (
    select deliveries.event_number
    from deliveries
    group by deliveries.event_number
    having count(*) > 1
),

-- What is delivered once, nearly all, passes by a narrow anti-join; only what was doubled is sorted.
events as (
    select deliveries.* from deliveries
    anti join doubled on deliveries.event_number = doubled.event_number
    union all
    select deliveries.* from deliveries
    semi join doubled on deliveries.event_number = doubled.event_number
    qualify row_number() over (
        partition by deliveries.event_number
        order by
            deliveries.uploaded_at,
            deliveries.upload_hour,
            deliveries.event_type,
            deliveries.person_key,
            deliveries.device_key,
            deliveries.vendor_person_key,
            deliveries.occurred_at,
            deliveries.revenue,
            deliveries.is_internal,
            deliveries.is_exposure,
            deliveries.flag_key,
            deliveries.variant
    ) = 1
),

devices as (
    select * from {{ ref('int_usage_devices') }}
),

-- Nothing is done after its upload, so a clock that is fast is cut there, and one that is slow is put forward.
placed as (
    select
        events.event_number,
        coalesce(events.person_key, devices.person_key, events.device_key, events.vendor_person_key) as person_key,
        events.person_key is null and coalesce(devices.is_shared, false) as is_of_nobody,
        case
            when events.occurred_at > events.uploaded_at then events.uploaded_at
            when devices.clock_slow_microseconds > 0
                then {{ later_by('events.occurred_at', 'devices.clock_slow_microseconds') }}
            else events.occurred_at
        end as happened_at,
        events.uploaded_at,
        events.event_type,
        events.is_internal,
        events.is_exposure,
        events.flag_key,
        events.variant,
        events.revenue
    from events
    left join devices on events.device_key = devices.device_key
),

final as (
    select
        placed.event_number,
        placed.person_key,
        placed.is_of_nobody,
        placed.happened_at,
        {{ day_of('placed.happened_at') }} as day_on,
        placed.event_type,
        coalesce(placed.is_internal, false) as is_internal,
        coalesce(placed.is_exposure, false) as is_exposure,
        -- That a flag was asked is no act of anybody.
        not coalesce(placed.is_exposure, false)
        and lower(placed.event_type) not in ({{ lower_texts(var('impact').passive_events) }}) as is_active,
        placed.flag_key,
        placed.variant,
        -- Exact, so that sums do not hang on the order of their parts.
        cast(placed.revenue as decimal(18, 4)) as revenue
    from placed
    where
        placed.person_key is not null
        and placed.happened_at >= {{ hours_after('placed.uploaded_at', -24 * var('impact').longest_delay_days) }}
)

select * from final

with bounds as (
    select
        -- From the Monday on, so that a week that began before the first event has its day here too.
        cast(date_trunc('week', records.oldest_event_at) as date) as first_on,
        cast({{ as_of() }} as date) as last_on
    from {{ ref('int_log_span') }} as records
),

days as (
    select cast(unnest(generate_series(bounds.first_on, bounds.last_on, interval 1 day)) as date) as date_on
    from bounds
),

final as (
    select
        days.date_on,
        cast(date_trunc('week', days.date_on) as date) as week_on,
        cast(date_trunc('month', days.date_on) as date) as month_on,
        cast(date_trunc('quarter', days.date_on) as date) as quarter_on,
        cast(extract('year' from days.date_on) as integer) as year_number,
        cast(extract('isodow' from days.date_on) as integer) as weekday_number,
        extract('isodow' from days.date_on) > 5 as is_weekend
    from days
)

select * from final

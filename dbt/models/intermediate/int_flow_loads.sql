-- One row per story and week at whose end it was started and not over: whether it stood in work, and how old it was.
with visits as (
    select
        visits.*,
        {{ as_of() }} as as_of
    from {{ ref('int_flow_visits') }} as visits
),

started as (
    select
        visits.*,
        min(visits.entered_at) filter (where visits.is_start) over (
            partition by visits.story_key
            order by visits.position
            rows between unbounded preceding and current row
        ) as started_at
    from visits
),

-- A visit lasts over the end of every week from the one in which it began to the one before it ended.
spanned as (
    select
        started.*,
        unnest(generate_series(
            started.week_on,
            coalesce(
                cast(date_trunc('week', started.left_at at time zone 'UTC') as date) - 7,
                cast(date_trunc('week', started.as_of at time zone 'UTC') as date)
            ),
            interval 7 day
        )) as loaded_on
    from started
    where started.started_at is not null and started.category in ('to_do', 'in_progress')
),

final as (
    select
        spanned.story_key,
        cast(spanned.loaded_on as date) as week_on,
        spanned.category = 'in_progress' as is_in_progress,
        {{ seconds_between(
            'spanned.started_at',
            "greatest(least((spanned.loaded_on + interval 7 day) at time zone 'UTC', spanned.as_of), spanned.started_at)"
        ) }} as age_seconds
    from spanned
    where spanned.left_at is null or spanned.left_at >= (spanned.loaded_on + interval 7 day) at time zone 'UTC'
)

select * from final

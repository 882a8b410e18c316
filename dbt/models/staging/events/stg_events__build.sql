-- One row per current event of a CI run attempt or of one of its jobs, of all sources; a column is null where its type
-- does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'build.%' and event_type not in ('build.tests_reported', 'build.coverage_reported')
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('repository') }} as repository,
        {{ payload_text('run_id') }} as run_id,
        {{ payload_integer('run_attempt') }} as run_attempt,
        {{ payload_text('workflow') }} as workflow,
        {{ payload_text('sha') }} as sha,
        {{ payload_text('branch') }} as branch,
        {{ payload_text('event') }} as trigger_event,
        {{ payload_text('url') }} as url,
        {{ payload_text('status') }} as status,
        {{ payload_text('conclusion') }} as conclusion,
        {{ payload_boolean('is_end_exact') }} as is_end_exact,
        coalesce(
            try_cast(json_extract(events.payload, '$.change_numbers') as bigint[]), cast([] as bigint[])
        ) as change_numbers,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_text('job_id') }} as job_id,
        {{ payload_text('name') }} as job_name,
        {{ payload_time('started_at') }} as job_started_at,
        {{ payload_time('finished_at') }} as job_finished_at
    from events
)

select * from final

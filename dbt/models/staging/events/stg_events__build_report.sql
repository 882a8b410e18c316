-- One row per current event of a report that tests left behind, of all sources; a column is null where its type does
-- not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type in ('build.tests_reported', 'build.coverage_reported')
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('repository') }} as repository,
        {{ payload_text('run_id') }} as run_id,
        {{ payload_integer('run_attempt') }} as run_attempt,
        {{ payload_text('sha') }} as sha,
        {{ payload_integer('change_number') }} as change_number,
        {{ payload_text('suite') }} as suite,
        {{ payload_integer('passed') }} as passed,
        {{ payload_integer('failed') }} as failed,
        {{ payload_integer('skipped') }} as skipped,
        {{ payload_integer('flaky') }} as flaky,
        {{ payload_list('failed_tests') }} as failed_tests,
        {{ payload_list('flaky_tests') }} as flaky_tests,
        {{ payload_number('duration_seconds') }} as duration_seconds,
        {{ payload_integer('lines_covered') }} as lines_covered,
        {{ payload_integer('lines_total') }} as lines_total
    from events
)

select * from final

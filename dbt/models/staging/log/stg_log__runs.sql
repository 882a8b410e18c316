-- One row per command that took something in, in the order in which they ran.
with final as (
    select
        runs.run_number,
        runs.command,
        runs.source,
        runs.status,
        runs.as_of,
        runs.new_records,
        runs.new_events,
        runs.quarantined,
        runs.error
    from {{ source('log', 'runs') }} as runs
)

select * from final

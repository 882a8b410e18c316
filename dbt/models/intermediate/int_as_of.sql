-- One row: the moment as of which the marts speak, told by the caller or else by the log.
with runs as (
    select * from {{ ref('stg_log__runs') }}
),

last_nightly as (
    select coalesce(max(runs.run_number), 0) as run_number
    from runs
    where runs.command = 'nightly'
),

-- A nightly says which moment it is; what is taken in after it only moves the moment on. The log's own
-- `newest_as_of`, which `storyline transform` hands over, says the same.
told as (
    select max(runs.as_of) as newest_as_of
    from runs
    inner join last_nightly on runs.run_number >= last_nightly.run_number
),

final as (
    select
        {% if var('as_of') -%} coalesce(cast('{{ var("as_of") }}' as timestamptz), told.newest_as_of)
        {%- else -%} told.newest_as_of
        {%- endif %} as as_of
    from told
)

select * from final

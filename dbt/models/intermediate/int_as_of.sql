-- One row: the moment as of which the marts speak, told by the caller or else by the newest run in the log.
with runs as (
    select * from {{ ref('stg_log__runs') }}
),

final as (
    select
        {% if var('as_of') -%} coalesce(cast('{{ var("as_of") }}' as timestamptz), max(runs.as_of))
        {%- else -%} max(runs.as_of)
        {%- endif %} as as_of
    from runs
)

select * from final

-- One row per record that could not be mapped when it came. Its words stay in the log.
with final as (
    select * exclude (body)
    from {{ source('log', 'quarantine') }}
)

select * from final

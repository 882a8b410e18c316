-- One row per raw record that stands, without what it says.
with final as (
    select * exclude (body)
    from {{ source('log', 'current_records') }}
    where source <> {{ own_source() }}
)

select * from final

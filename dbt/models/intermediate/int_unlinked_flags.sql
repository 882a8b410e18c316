-- One row per flag about which nothing looks like a ticket key.
with flags as (
    select * from {{ ref('int_flags') }}
),

named as (
    select distinct flag_id
    from {{ ref('int_flag_stories') }}
),

final as (
    select
        flags.flag_key,
        'no property, tag, name or description of it names a ticket, and the settings name none' as reason
    from flags
    left join named on flags.flag_id = named.flag_id
    where named.flag_id is null
)

select * from final

-- One row per name that flags go by, their own keys and those of the marts: the flag, or how many share the name.
{{ config(materialized='keyed', meta={'key': ['name'], 'follows': []}) }}

with flags as (
    select * from {{ ref('int_flags') }}
),

names as (
    select
        flags.own_key as name,
        flags.flag_key
    from flags
    union
    select
        flags.flag_key as name,
        flags.flag_key
    from flags
),

final as (
    select
        names.name,
        case when count(*) = 1 then min(names.flag_key) end as flag_key,
        count(*) as flags_called_so
    from names
    group by names.name
)

select * from final

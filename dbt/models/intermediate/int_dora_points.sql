-- One row per definition, service, measure and thing that it counts, with its value and its moment: what every figure
-- of a week or a longer window is made of.
{{ config(materialized='table') }}

with final as (
    select * from {{ ref('int_dora_points_dora') }}
    union all
    select * from {{ ref('int_dora_points_devlake') }}
    union all
    select * from {{ ref('int_dora_points_gitlab') }}
    union all
    select * from {{ ref('int_dora_points_four_keys') }}
)

select * from final

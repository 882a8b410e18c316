-- One row per story, flag, epoch, audience and metric: what was estimated of it, from whichever table.
{{ config(tags=['outcomes']) }}

with final as (
    select * from {{ ref('stg_results__story_impact') }}
    union all by name
    select * from {{ ref('stg_results__topic_impact') }}
)

select * from final

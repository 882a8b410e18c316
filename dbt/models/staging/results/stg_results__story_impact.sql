-- One row per story, flag, epoch, audience and metric, as estimated between the two halves of the transform.
with final as (
    select
        {{ impact_columns() }}
    from {{ source('results', 'story_impact') }}
)

select * from final

-- One row per story, flag, epoch and topic of support tickets, and one of all tickets, as estimated between the two
-- halves of the transform. Its columns are those of what else a story did.
with final as (
    select
        {{ impact_columns() }}
    from {{ source('results', 'topic_impact') }}
)

select * from final

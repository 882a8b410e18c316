-- One row per comparison, stage or rate, and stratum: what is estimated of stories with AI tools against those without.
{{ config(tags=['outcomes']) }}

with estimated as (
    select * from {{ ref('stg_results__ai_comparison') }}
),

final as (
    select
        estimated.*,
        estimated.stratum = 'all' as is_whole
    from estimated
)

select * from final

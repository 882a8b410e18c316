-- One row per pull request and commit that it holds by its newest version.
{{ config(materialized='keyed', meta={'key': ['change_key'], 'follows': ['stg_events__change']}) }}

with final as (
    select
        change_key,
        repository,
        sha,
        parents,
        message,
        coalesce(authored_at, committed_at, occurred_at) as authored_at,
        committed_at,
        coalesce(author, actor) as author
    from {{ ref('stg_events__change') }}
    where event_type = 'change.committed' and sha is not null
    qualify row_number() over (
        partition by change_key, sha
        order by authored_at nulls last, raw_position desc, event_id
    ) = 1
)

select * from final

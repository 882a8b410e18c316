-- One row per commit that is known, from a default branch or from a pull request.
{{
    config(
        materialized='keyed',
        meta={'key': ['repository', 'sha'], 'follows': ['stg_events__code', 'stg_events__change']}
    )
}}

with told as (
    select
        repository,
        sha,
        parents,
        message,
        coalesce(committed_at, occurred_at) as committed_at,
        true as is_on_default_branch,
        raw_position,
        event_id
    from {{ ref('stg_events__code') }}
    where event_type = 'commit.recorded'
    union all
    select
        change_events.repository,
        change_events.sha,
        change_events.parents,
        change_events.message,
        coalesce(change_events.committed_at, change_events.occurred_at) as committed_at,
        false as is_on_default_branch,
        change_events.raw_position,
        change_events.event_id
    from {{ ref('stg_events__change') }} as change_events
    where change_events.event_type = 'change.committed'
),

-- A commit never changes, so which telling stands only matters for which of them is whole.
final as (
    select
        told.repository,
        told.sha,
        told.parents,
        told.message,
        told.committed_at,
        told.is_on_default_branch
    from told
    where told.sha is not null
    qualify row_number() over (
        partition by told.repository, told.sha
        order by told.is_on_default_branch desc, len(told.parents) desc, told.raw_position desc, told.event_id
    ) = 1
)

select * from final

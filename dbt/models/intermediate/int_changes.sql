-- One row per pull request in its newest state, whoever told it.
{{ config(materialized='keyed', meta={'key': ['change_key'], 'follows': ['stg_events__change']}) }}

with change_events as (
    select * from {{ ref('stg_events__change') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

states as (
    select *
    from change_events
    where event_type = 'change.updated'
    qualify row_number() over (
        partition by change_key
        order by occurred_at desc, raw_position desc, event_id
    ) = 1
),

-- A producer that tells only steps still gives the pull request its row.
steps as (
    select
        change_events.change_key,
        change_events.repository,
        change_events.number,
        min(change_events.occurred_at)
        filter (where change_events.event_type = 'change.opened') as opened_at,
        arg_min(change_events.actor, (change_events.occurred_at, change_events.event_id))
        filter (where change_events.event_type = 'change.opened') as author,
        arg_min(change_events.title, (change_events.occurred_at, change_events.event_id))
        filter (where change_events.event_type = 'change.opened') as title,
        arg_min(change_events.head_branch, (change_events.occurred_at, change_events.event_id))
        filter (where change_events.event_type = 'change.opened') as head_branch,
        arg_min(change_events.base_branch, (change_events.occurred_at, change_events.event_id))
        filter (where change_events.event_type = 'change.opened') as base_branch,
        max(change_events.occurred_at)
        filter (where change_events.event_type = 'change.merged') as merged_at,
        arg_max(change_events.merge_sha, (change_events.occurred_at, change_events.event_id))
        filter (where change_events.event_type = 'change.merged') as merge_sha,
        max(change_events.occurred_at)
        filter (where change_events.event_type = 'change.closed') as closed_at,
        max(change_events.occurred_at)
        filter (where change_events.event_type = 'change.reopened') as reopened_at
    from change_events
    group by change_events.change_key, change_events.repository, change_events.number
),

-- The newest version decides; only where there is none do the steps.
combined as (
    select
        steps.change_key,
        steps.repository,
        steps.number,
        coalesce(states.title, steps.title) as title,
        states.body,
        coalesce(states.author, states.actor, steps.author) as author,
        coalesce(states.created_at, steps.opened_at, states.occurred_at) as opened_at,
        case
            when states.state is null or states.state = 'merged'
                then coalesce(states.merged_at, steps.merged_at)
        end as merged_at,
        case
            when states.state is null or states.state = 'merged'
                then coalesce(states.merge_sha, steps.merge_sha)
        end as merge_sha,
        coalesce(
            states.state,
            case
                when steps.merged_at is not null then 'merged'
                when steps.closed_at >= coalesce(steps.reopened_at, steps.closed_at) then 'closed'
                else 'open'
            end
        ) as state,
        coalesce(states.closed_at, steps.merged_at, steps.closed_at) as closed_at,
        coalesce(states.is_draft, false) as is_draft,
        coalesce(states.head_branch, steps.head_branch) as head_branch,
        states.head_sha,
        coalesce(states.base_branch, steps.base_branch) as base_branch,
        states.is_default_base,
        coalesce(states.labels, cast([] as varchar[])) as labels,
        states.url
    from steps
    left join states on steps.change_key = states.change_key
    where states.change_key is not null or steps.opened_at is not null
),

final as (
    select
        combined.* exclude (closed_at, is_default_base),
        case when combined.state <> 'open' then combined.closed_at end as closed_at,
        coalesce(
            combined.is_default_base, combined.base_branch = repositories.default_branch
        ) as is_default_base,
        coalesce({{ is_bot('combined.author') }}, false) as is_bot_author
    from combined
    left join repositories on combined.repository = repositories.repository
)

select * from final

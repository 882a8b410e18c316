-- One row per pull request that a bot approved, where the settings let a bot's approval end the review.
with changes as (
    select * from {{ ref('int_changes') }}
),

change_events as (
    select * from {{ ref('stg_events__change') }}
    where
        event_type = 'change.reviewed'
        and state = 'approved'
        and {{ 'false' if var('review_requires_human') else 'true' }}
),

-- The last one at or before the merge, as of people.
final as (
    select
        change_events.change_key,
        max(change_events.occurred_at) as approved_at
    from change_events
    inner join changes on change_events.change_key = changes.change_key
    where
        {{ is_bot('change_events.actor') }}
        and change_events.actor is distinct from changes.author
        and (changes.merged_at is null or change_events.occurred_at <= changes.merged_at)
    group by change_events.change_key
)

select * from final

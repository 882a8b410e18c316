-- One row per pull request: when it was ready, first looked at by a person, and approved. Bots, unknown actors and the
-- author do not review.
{{
    config(
        materialized='keyed',
        meta={'key': ['change_key'], 'follows': ['int_changes', 'int_change_ready_periods', 'stg_events__change']}
    )
}}

with changes as (
    select * from {{ ref('int_changes') }}
),

ready_periods as (
    select * from {{ ref('int_change_ready_periods') }}
),

responses as (
    select change_events.*
    from {{ ref('stg_events__change') }} as change_events
    inner join changes on change_events.change_key = changes.change_key
    where
        change_events.event_type in ('change.reviewed', 'change.commented')
        and {{ is_human('change_events.actor') }}
        and change_events.actor is distinct from changes.author
),

-- What was said while it was a draft is help, not a review.
first_reviews as (
    select
        responses.change_key,
        min(responses.occurred_at) as first_review_at,
        arg_min(ready_periods.ready_from, responses.occurred_at) as ready_at
    from responses
    inner join ready_periods
        on
            responses.change_key = ready_periods.change_key
            and responses.occurred_at >= ready_periods.ready_from
            and (ready_periods.ready_until is null or responses.occurred_at < ready_periods.ready_until)
    group by responses.change_key
),

last_ready as (
    select
        ready_periods.change_key,
        max(ready_periods.ready_from) as ready_at
    from ready_periods
    group by ready_periods.change_key
),

-- The last approval before the merge is the one that let it through; a dismissed one is no approval any more.
approvals as (
    select
        responses.change_key,
        max(responses.occurred_at) as approved_at
    from responses
    inner join changes on responses.change_key = changes.change_key
    where
        responses.state = 'approved'
        and (changes.merged_at is null or responses.occurred_at <= changes.merged_at)
    group by responses.change_key
),

counts as (
    select
        responses.change_key,
        count(distinct responses.review_id) as review_count
    from responses
    where responses.event_type = 'change.reviewed'
    group by responses.change_key
),

final as (
    select
        changes.change_key,
        coalesce(first_reviews.ready_at, last_ready.ready_at) as ready_at,
        first_reviews.first_review_at,
        approvals.approved_at,
        coalesce(counts.review_count, 0) as review_count
    from changes
    left join first_reviews on changes.change_key = first_reviews.change_key
    left join last_ready on changes.change_key = last_ready.change_key
    left join approvals on changes.change_key = approvals.change_key
    left join counts on changes.change_key = counts.change_key
)

select * from final

-- One row per story: what its visits to statuses say about when it was begun, ended and reopened.
with visits as (
    select * from {{ ref('int_status_visits') }}
),

final as (
    select
        visits.story_key,
        -- Created in work, or the first move out of the status it was created in.
        min(visits.entered_at) filter (
            where
            visits.status <> visits.initial_status
            or (visits.position = 1 and visits.status_category in ('in_progress', 'done'))
        ) as activated_at,
        min(visits.entered_at) filter (
            where
            visits.status_category = 'in_progress'
            and visits.previous_category is distinct from 'in_progress'
        ) as started_at,
        min(visits.entered_at) filter (
            where visits.status_category = 'done' and visits.previous_category is distinct from 'done'
        ) as first_done_at,
        max(visits.entered_at) filter (
            where visits.status_category = 'done' and visits.previous_category is distinct from 'done'
        ) as last_done_at,
        max(visits.entered_at) filter (
            where visits.status_category = 'cancelled' and visits.previous_category is distinct from 'cancelled'
        ) as last_cancelled_at,
        count(*) filter (
            where visits.status_category in ('to_do', 'in_progress') and visits.previous_category = 'done'
        ) as reopened_count,
        max_by(visits.status, visits.position) as last_status,
        max_by(visits.status_category, visits.position) as last_status_category,
        -- A status that nothing is known of proves no move.
        max_by(visits.status_category, visits.position) filter (
            where visits.status_category <> 'unknown'
        ) as last_known_category,
        count(*) filter (where visits.is_after_gap and not visits.is_migrated) as history_gaps,
        count(*) filter (where visits.status_category = 'unknown') as visits_of_unknown_category,
        count(*) as visits
    from visits
    group by visits.story_key
)

select * from final

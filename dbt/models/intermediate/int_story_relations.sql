-- One row per story with a parent, or a story whose learning it came from, as keys that resolve.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

origins as (
    select * from {{ ref('int_story_origins') }}
),

eligible as (
    select
        tickets.story_key,
        coalesce(tickets.type_level, case when tickets.is_subtask then -1 else 0 end) = 0
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('unmeasured_types') }})
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('incident_types') }})
        -- What a user asks, and what a user said, is no work.
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('interview_types') }})
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('support_ticket_types') }})
        and lower(coalesce(tickets.project_key, '?')) not in ({{ setting_values('support_ticket_projects') }})
            as is_eligible
    from tickets
),

ancestors as (
    select * from {{ ref('int_story_ancestors') }}
),

-- Tickets that stand above each other have no parent that could be measured in their place.
circles as (
    select ancestors.story_key
    from ancestors
    where ancestors.story_key = ancestors.ancestor_key
),

related as (
    select
        tickets.story_key,
        coalesce(parents.ancestor_key, nullif(tickets.parent_key, tickets.ticket_key)) as parent_key,
        eligible.is_eligible
        and (circles.story_key is not null or not coalesce(eligible_parents.is_eligible, false)) as is_measured
    from tickets
    inner join eligible on tickets.story_key = eligible.story_key
    left join ancestors as parents on tickets.story_key = parents.story_key and parents.distance = 1
    left join eligible as eligible_parents on parents.ancestor_key = eligible_parents.story_key
    left join circles on tickets.story_key = circles.story_key
),

-- What is done below the measured level is done for it.
measured_above as (
    select
        ancestors.story_key,
        min_by(ancestors.ancestor_key, ancestors.distance) as measured_key
    from ancestors
    inner join related on ancestors.ancestor_key = related.story_key
    where related.is_measured
    group by ancestors.story_key
),

final as (
    select
        related.story_key,
        related.parent_key,
        origins.origin_story_key,
        related.is_measured,
        case when related.is_measured then related.story_key else measured_above.measured_key end as measured_key
    from related
    left join measured_above on related.story_key = measured_above.story_key
    left join origins on related.story_key = origins.story_key
)

select * from final

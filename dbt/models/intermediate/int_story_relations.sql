-- One row per story with a parent, or a story whose learning it came from, as keys that resolve.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

-- A tracker's own ticket goes before another tracker's of the same key.
tracker_keys as (
    select * from {{ ref('int_tracker_keys') }}
),

origins as (
    select
        events.story_key,
        coalesce(tracker_keys.story_key, ticket_keys.story_key, events.to_key) as origin_story_key
    from {{ ref('int_ticket_events') }} as events
    left join tracker_keys
        on
            events.source = tracker_keys.source
            and events.instance = tracker_keys.instance
            and events.to_key = tracker_keys.ticket_key
    left join ticket_keys on events.to_key = ticket_keys.ticket_key
    where
        events.event_type = 'ticket.linked'
        and lower(events.relation) in ({{ setting_values('follow_up_relations') }})
        -- Nothing is learned from itself.
        and coalesce(tracker_keys.story_key, ticket_keys.story_key, events.to_key) <> events.story_key
    qualify row_number() over (partition by events.story_key order by events.occurred_at, events.event_id) = 1
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

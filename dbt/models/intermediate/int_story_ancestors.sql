-- One row per ticket and ticket above it, however far, with the way to it. Tickets that stand above each other end.
{{ config(materialized='table') }}

with recursive tickets as (
    select * from {{ ref('int_tickets') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

-- A tracker's own ticket goes before another tracker's of the same key.
tracker_keys as (
    select * from {{ ref('int_tracker_keys') }}
),

parents as (
    select
        tickets.story_key,
        coalesce(tracker_keys.story_key, ticket_keys.story_key) as parent_key
    from tickets
    left join tracker_keys
        on
            tickets.source = tracker_keys.source
            and tickets.instance = tracker_keys.instance
            and tickets.parent_key = tracker_keys.ticket_key
    left join ticket_keys on tickets.parent_key = ticket_keys.ticket_key
    where coalesce(tracker_keys.story_key, ticket_keys.story_key) <> tickets.story_key
),

-- No tracker has so many levels; a circle is walked round no longer than that.
lines as (
    select
        parents.story_key,
        parents.parent_key as ancestor_key,
        1 as distance
    from parents
    union all
    select
        lines.story_key,
        parents.parent_key as ancestor_key,
        lines.distance + 1 as distance
    from lines
    inner join parents on lines.ancestor_key = parents.story_key
    where lines.distance < 8
),

final as (
    select
        lines.story_key,
        lines.ancestor_key,
        min(lines.distance) as distance
    from lines
    group by lines.story_key, lines.ancestor_key
)

select * from final

-- One row per visit of a ticket to a status, every one however short, with its end and its running numbers.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

stays as (
    select * from {{ ref('int_status_stays') }}
),

resolutions as (
    select * from {{ ref('int_ticket_resolutions') }}
),

ended as (
    select
        stays.*,
        lead(stays.entered_at) over (partition by stays.story_key order by stays.position) as next_entered_at
    from stays
),

-- How a ticket ended may be said after it was closed, or mended: what was said last while it stood there holds.
resolved as (
    select
        ended.*,
        case
            when ended.next_entered_at is null then lower(tickets.resolution)
            else lower(resolutions.resolution)
        end as ending
    from ended
    inner join tickets on ended.story_key = tickets.story_key
    asof left join resolutions
        on ended.story_key = resolutions.story_key and ended.next_entered_at > resolutions.resolved_at
),

-- Only what is closed can have been cancelled: trackers leave the resolution on tickets that are open again.
visits as (
    select
        resolved.story_key,
        resolved.position,
        resolved.entered_at,
        resolved.next_entered_at,
        resolved.status,
        resolved.is_after_gap,
        resolved.is_migrated,
        case
            when
                resolved.status_category = 'done'
                and resolved.ending in ({{ setting_values('cancelled_resolutions') }})
                then 'cancelled'
            else resolved.status_category
        end as status_category
    from resolved
),

numbered as (
    select
        visits.*,
        first_value(visits.status) over in_order as initial_status,
        -- A status of unknown category proves no move, so the last category that is known carries on through it.
        last_value(nullif(visits.status_category, 'unknown') ignore nulls) over (
            partition by visits.story_key
            order by visits.position
            rows between unbounded preceding and 1 preceding
        ) as previous_category,
        row_number() over (partition by visits.story_key, visits.status order by visits.position) as visit_number
    from visits
    window in_order as (partition by visits.story_key order by visits.position)
),

final as (
    select
        numbered.* exclude (next_entered_at, position),
        row_number() over (partition by numbered.story_key order by numbered.position) as position,
        coalesce(numbered.next_entered_at, tickets.deleted_at) as left_at,
        numbered.next_entered_at is null and tickets.deleted_at is null as is_current
    from numbered
    inner join tickets on numbered.story_key = tickets.story_key
)

select * from final

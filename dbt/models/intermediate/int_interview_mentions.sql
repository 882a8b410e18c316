-- One row per interview or insight and ticket key that it is tied to: told as such, a linked ticket of an interview's
-- type, or a linked page that is called an interview.
{{ config(materialized='table') }}

with interviews as (
    select * from {{ ref('stg_events__interview') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

told as (
    select
        coalesce(interviews.insight_id, interviews.interview_id) as interview_id,
        interviews.event_id,
        interviews.event_type,
        interviews.occurred_at,
        interviews.title,
        interviews.url,
        unnest(interviews.ticket_keys) as ticket_key,
        case interviews.event_type when 'interview.held' then 'named by the interview' else 'named by the insight' end
            as rule
    from interviews
),

-- A link stands on both tickets, or on one alone; either way round it is one.
pairs as (
    select
        links.story_key,
        links.to_story_key as other_key
    from {{ ref('int_story_links') }} as links
    where links.is_linked
    union
    select
        links.to_story_key,
        links.story_key
    from {{ ref('int_story_links') }} as links
    where links.is_linked
),

linked as (
    select
        talks.story_key as interview_id,
        md5(concat_ws(chr(31), 'linked interview', talks.story_key, pairs.story_key)) as event_id,
        'interview.held' as event_type,
        -- The tracker's ticket of a talk is made with the talk; its other dates tell of the work on it.
        talks.created_at as occurred_at,
        talks.title,
        talks.url,
        pairs.story_key as ticket_key,
        'linked ticket' as rule
    from pairs
    inner join tickets as talks on pairs.other_key = talks.story_key
    inner join tickets as stories on pairs.story_key = stories.story_key
    where
        not talks.is_deleted
        and lower(coalesce(talks.ticket_type, '?')) in ({{ setting_values('interview_types') }})
        and lower(coalesce(stories.ticket_type, '?')) not in ({{ setting_values('interview_types') }})
),

-- A page tells no time of its own: the moment of its link, where the tracker tells that.
pages as (
    select
        coalesce(ticket_events.url, ticket_events.link_id) as interview_id,
        ticket_events.event_id,
        ticket_events.event_type,
        ticket_events.linked_at as occurred_at,
        ticket_events.title,
        ticket_events.url,
        ticket_events.story_key as ticket_key,
        'linked page' as rule
    from {{ ref('int_ticket_events') }} as ticket_events
    where
        ticket_events.event_type = 'ticket.remote_linked'
        and ticket_events.linked_at is not null
        and {{ found_in(
            "concat_ws(chr(10), ticket_events.title, ticket_events.url)", var('interview_link_patterns')
        ) }}
),

final as (
    select * from told
    union all
    select * from linked
    union all
    select * from pages
)

select * from final

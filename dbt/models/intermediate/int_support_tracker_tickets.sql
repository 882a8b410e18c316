-- One row per tracker ticket that is a user's request rather than work: by its project or type, as the settings say.
with tickets as (
    select * from {{ ref('int_tickets') }}
    where
        lower(coalesce(project_key, '?')) in ({{ setting_values('support_ticket_projects') }})
        or lower(coalesce(ticket_type, '?')) in ({{ setting_values('support_ticket_types') }})
),

links as (
    select
        story_links.story_key,
        min(story_links.to_story_key) filter (
            where lower(story_links.relation) in ({{ setting_values('duplicate_relations') }})
        ) as merged_into,
        list(distinct story_links.to_story_key order by story_links.to_story_key) as story_keys
    from {{ ref('int_story_links') }} as story_links
    where story_links.is_linked
    group by story_links.story_key
),

final as (
    select
        tickets.story_key as support_key,
        tickets.source,
        tickets.instance,
        tickets.ticket_key as ticket_id,
        tickets.title,
        -- What somebody wrote into a tracker's ticket stays in the raw record.
        cast(null as varchar) as body,
        list_concat(tickets.labels, tickets.components) as tags,
        case tickets.status_category
            when 'to_do' then 'open'
            when 'in_progress' then 'open'
            when 'done' then 'solved'
            -- Whoever asked got an answer, whatever it was.
            when 'cancelled' then 'solved'
            else 'unknown'
        end as status,
        tickets.priority,
        'unknown' as channel,
        tickets.reporter as requester,
        cast(null as varchar) as organization,
        false as is_internal,
        links.merged_into,
        coalesce(links.story_keys, cast([] as varchar[])) as story_keys,
        tickets.created_at,
        tickets.updated_at,
        tickets.resolved_at as solved_at,
        tickets.is_deleted,
        tickets.url
    from tickets
    left join links on tickets.story_key = links.story_key
)

select * from final

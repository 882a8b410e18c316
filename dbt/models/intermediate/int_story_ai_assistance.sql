-- One row per ticket: whether an AI helped, as far as can be seen, by which signs, and since when its people had one.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

changes as (
    select * from {{ ref('int_story_changes_summary') }}
),

teams as (
    select * from {{ ref('int_team_keys') }}
    where kind = 'project'
),

dates as (
    select * from {{ ref('stg_settings__ai_dates') }}
),

-- Of a ticket that is nobody's, who opened its first pull request does the work.
authors as (
    select
        story_changes.story_key,
        min_by(changes.author, (changes.opened_at, changes.change_key)) as author
    from {{ ref('int_story_changes') }} as story_changes
    inner join {{ ref('int_changes') }} as changes on story_changes.change_key = changes.change_key
    where {{ is_human('changes.author') }}
    group by story_changes.story_key
),

described as (
    select
        tickets.story_key,
        {{ has_label('tickets.labels', 'ai_labels') }} as is_label_declared,
        lower(coalesce(nullif(trim(tickets.team), ''), teams.team, tickets.project_key)) as team,
        case when {{ is_human('tickets.assignee') }} then tickets.assignee else authors.author end as developer_key
    from tickets
    left join teams on tickets.project_key = teams.owned_key
    left join authors on tickets.story_key = authors.story_key
),

final as (
    select
        described.story_key,
        described.developer_key,
        coalesce(own.enabled_at, of_team.enabled_at, of_all.enabled_at) as enabled_at,
        case
            when described.is_label_declared or changes.is_ai_declared then 'declared'
            when changes.is_ai_authored then 'detected'
            -- Without a text there is none to look at, and some tools leave nothing to see.
            when coalesce(not changes.is_ai_readable, true) then 'unknown'
            when described.team in ({{ setting_values('ai_unmarked_teams') }}) then 'unknown'
            else 'none_detected'
        end as ai_assistance,
        list_sort(list_distinct(list_concat(
            case when described.is_label_declared then ['story label: declared'] else cast([] as varchar[]) end,
            coalesce(changes.ai_signals, cast([] as varchar[]))
        ))) as ai_signals
    from described
    left join changes on described.story_key = changes.story_key
    left join dates as own on own.scope = 'developer' and described.developer_key = own.scope_key
    left join dates as of_team on of_team.scope = 'team' and described.team = of_team.scope_key
    left join dates as of_all on of_all.scope = 'organisation'
)

select * from final

-- One row per current ticket event, of all sources; a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'ticket.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('key') }} as ticket_key,
        {{ payload_text('id') }} as vendor_id,
        {{ payload_list('previous_keys') }} as previous_keys,
        {{ payload_text('project_key') }} as project_key,
        {{ payload_text('title') }} as title,
        {{ payload_text('type') }} as ticket_type,
        {{ payload_integer('type_level') }} as type_level,
        {{ payload_boolean('is_subtask') }} as is_subtask,
        {{ payload_text('status_id') }} as status_id,
        {{ payload_text('status_name') }} as status_name,
        {{ payload_text('status_category') }} as status_category,
        {{ payload_time('status_changed_at') }} as status_changed_at,
        {{ payload_text('history_id') }} as history_id,
        {{ payload_text('from_status_id') }} as from_status_id,
        {{ payload_text('from_status_name') }} as from_status_name,
        {{ payload_text('to_status_id') }} as to_status_id,
        {{ payload_text('to_status_name') }} as to_status_name,
        {{ payload_text('field') }} as field,
        {{ payload_text('from_value') }} as from_value,
        {{ payload_text('to_value') }} as to_value,
        {{ payload_text('parent_key') }} as parent_key,
        {{ payload_list('labels') }} as labels,
        {{ payload_list('components') }} as components,
        {{ payload_number('estimate') }} as estimate,
        {{ payload_list('sprints') }} as sprints,
        {{ payload_text('priority') }} as priority,
        {{ payload_text('assignee') }} as assignee,
        {{ payload_text('reporter') }} as reporter,
        {{ payload_text('resolution') }} as resolution,
        {{ payload_time('resolved_at') }} as resolved_at,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_time('updated_at') }} as updated_at,
        {{ payload_text('team') }} as team,
        {{ payload_text('url') }} as url,
        {{ payload_boolean('is_flagged') }} as is_flagged,
        {{ payload_text('link_id') }} as link_id,
        {{ payload_text('relation') }} as relation,
        {{ payload_text('to_key') }} as to_key,
        {{ payload_time('linked_at') }} as linked_at,
        {{ payload_text('comment_id') }} as comment_id
    from events
)

select * from final

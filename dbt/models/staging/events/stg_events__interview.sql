-- One row per interview that was held or insight that was noted, with the keys of the tickets it names.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type in ('interview.held', 'interview.insight_noted')
),

final as (
    select
        {{ event_columns() }},
        coalesce({{ payload_text('interview_id') }}, {{ payload_text('insight_id') }}) as interview_id,
        {{ payload_text('insight_id') }} as insight_id,
        {{ payload_text('title') }} as title,
        {{ payload_text('text') }} as body,
        {{ payload_text('person') }} as person,
        {{ payload_list('story_keys') }} as ticket_keys,
        {{ payload_text('url') }} as url
    from events
)

select * from final

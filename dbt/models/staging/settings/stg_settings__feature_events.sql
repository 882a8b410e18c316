-- One row per product event whose story the settings name.
with final as (
    select
        cast(null as varchar) as event_name,
        cast(null as varchar) as ticket_key
    where false
    {% for event_name, ticket_key in var('feature_events').items() -%}
    union all
    select
        {{ sql_text(event_name) }},
        {{ sql_text(ticket_key) }}
    {% endfor %}
)

select * from final

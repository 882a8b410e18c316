-- One row per flag whose story the settings name.
with final as (
    select
        cast(null as varchar) as flag_key,
        cast(null as varchar) as ticket_key
    where false
    {% for flag_key, ticket_key in var('flag_stories').items() -%}
    union all
    select
        {{ sql_text(flag_key) }},
        {{ sql_text(ticket_key) }}
    {% endfor %}
)

select * from final

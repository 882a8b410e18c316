-- One row per repository whose service the settings name.
with final as (
    select
        cast(null as varchar) as repository,
        cast(null as varchar) as service
    where false
    {% for repository, service in var('services').items() -%}
    union all
    select
        {{ sql_text(repository) }},
        {{ sql_text(service) }}
    {% endfor %}
)

select * from final

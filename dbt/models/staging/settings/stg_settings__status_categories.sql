-- One row per project and status whose category the settings decide.
with final as (
    select
        cast(null as varchar) as project_key,
        cast(null as varchar) as status_name,
        cast(null as varchar) as status_category
    where false
    {% for project, statuses in var('status_categories').items() -%}
    {% for status, category in statuses.items() -%}
    union all
    select
        {{ sql_text(project) }},
        {{ sql_text(status) }},
        {{ sql_text(category) }}
    {% endfor -%}
    {% endfor %}
)

select * from final

-- One row per project and status of which the settings say where in the line a ticket stands.
with told as (
    select
        cast(null as varchar) as project_key,
        cast(null as varchar) as status_name,
        cast(null as varchar) as milestone
    where false
    {% for project, statuses in var('milestone_statuses').items() -%}
    {% for status, milestone in statuses.items() -%}
    union all
    select
        {{ sql_text(project) }},
        {{ sql_text(status | lower) }},
        {{ sql_text(milestone) }}
    {% endfor -%}
    {% endfor %}
),

-- Case does not matter, so two keys may be one status: the later in the line stands.
final as (
    select
        told.project_key,
        told.status_name,
        max(case told.milestone when 'backlog' then 2 when 'spec' then 3 when 'code_complete' then 4 else 5 end)
            as station
    from told
    group by told.project_key, told.status_name
)

select * from final

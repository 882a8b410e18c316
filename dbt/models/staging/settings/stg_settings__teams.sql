-- One row per thing that a team owns by the settings: a ticket project or a repository.
with owned as (
    select
        cast(null as varchar) as team,
        cast(null as varchar) as kind,
        cast(null as varchar) as owned_key
    where false
    {% for team in var('teams') -%}
    {% for kind, keys in [('project', team.get('projects', [])), ('repository', team.get('repositories', []))] -%}
    {% for key in keys -%}
    union all
    select
        {{ sql_text(team['team']) }},
        '{{ kind }}',
        {{ sql_text(key) }}
    {% endfor -%}
    {% endfor -%}
    {% endfor %}
),

-- A thing that two teams claim goes to the first by name, so that no count doubles.
final as (
    select
        min(owned.team) as team,
        owned.kind,
        owned.owned_key
    from owned
    group by owned.kind, owned.owned_key
)

select * from final

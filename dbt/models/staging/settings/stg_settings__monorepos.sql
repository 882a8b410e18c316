-- One row per repository, service and sign by which the settings tell that service from the others of the repository.
with final as (
    select
        cast(null as varchar) as repository,
        cast(null as varchar) as service,
        cast(null as integer) as place,
        cast(null as varchar) as team,
        cast(null as varchar) as kind,
        cast(null as varchar) as pattern
    where false
    {% for repository in var('monorepos') -%}
    {% for service in repository['services'] -%}
    {% set place = loop.index0 -%}
    {% for kind, patterns in [
        ('service', ['']), ('path', service.get('paths', [])), ('deployment', service.get('deployments', []))
    ] -%}
    {% for pattern in patterns -%}
    union all
    select
        {{ sql_text(repository['repository']) }},
        {{ sql_text(service['service']) }},
        {{ place }},
        {{ sql_text(service['team']) if service.get('team') else 'null' }},
        '{{ kind }}',
        {{ sql_text(pattern | lower if kind == 'deployment' else pattern) }}
    {% endfor -%}
    {% endfor -%}
    {% endfor -%}
    {% endfor %}
)

select * from final

-- One row per status of the value stream that the settings declare, of a project or of all without a table of theirs.
with declared as (
    select
        cast(null as varchar) as project_key,
        cast(null as varchar) as status_name,
        cast(null as varchar) as kind
    where false
    {% for row in var('flow_statuses') -%}
    union all
    select
        {% if row['project'] is none %}cast(null as varchar){% else %}{{ sql_text(row['project']) }}{% endif %},
        lower(trim({{ sql_text(row['status']) }})),
        {{ sql_text(row['kind']) }}
    {% endfor %}
),

-- Where only one of the two kinds is declared, no share of them can be told.
final as (
    select declared.*
    from declared
    qualify
        count(*) filter (where declared.kind = 'active') over (partition by declared.project_key) > 0
        and count(*) filter (where declared.kind = 'wait') over (partition by declared.project_key) > 0
)

select * from final

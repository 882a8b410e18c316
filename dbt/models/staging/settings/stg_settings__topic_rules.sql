-- One row per rule by which something belongs to a topic or holds a request, in one version; the highest one counts.
with told as (
    select
        cast(null as integer) as rule_number,
        cast(null as varchar) as topic,
        cast(null as varchar) as kind,
        cast(null as integer) as rule_version,
        cast(null as date) as frozen_on,
        cast(null as date) as compare_at,
        cast([] as varchar[]) as story_keys
    where false
    {% for rule in var('topic_rules') -%}
    union all
    select
        {{ loop.index0 }},
        {{ sql_text(rule['topic']) }},
        '{{ rule["kind"] }}',
        {{ rule['version'] }},
        cast({{ sql_text(rule['frozen_on']) if rule['frozen_on'] else 'null' }} as date),
        cast({{ sql_text(rule['compare_at']) if rule['compare_at'] else 'null' }} as date),
        cast([{% for key in rule['stories'] %}{{ sql_text(key) }}{{ ', ' if not loop.last }}{% endfor %}] as varchar[])
    {% endfor %}
),

final as (
    select
        told.*,
        told.rule_version = max(told.rule_version) over (partition by told.topic) as is_newest
    from told
)

select * from final

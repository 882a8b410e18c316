{#- The columns together name at most one row: the key of a model, whatever number of columns it has. What of them or of
    the others must be there is `never_null`: the same scan looks at it. -#}
{% test unique_combination(model, columns, never_null=[]) %}
select
    {{ columns | join(', ') }},
    count(*) as copies,
    count(*) - least(count(*){% for column in never_null %}, count({{ column }}){% endfor %}) as nulls
from {{ model }}
group by {{ columns | join(', ') }}
having copies > 1 or nulls > 0
{% endtest %}

{#- The ends of Wilson's 95 % interval of a share: what a count out of few may stand for. Null of nothing. -#}
{% macro wilson(side, hits, total) -%}
    (
        ({{ hits }} + 1.9208) / nullif({{ total }} + 3.8416, 0)
        {{ '-' if side == 'low' else '+' }} 1.96 * sqrt(
            ({{ hits }} * ({{ total }} - {{ hits }})) / nullif(cast({{ total }} as double), 0) + 0.9604
        ) / nullif({{ total }} + 3.8416, 0)
    )
{%- endmacro %}

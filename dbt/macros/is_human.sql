{#- Whether an actor is known to be a person. Nobody knows who an absent actor is, so that is false. -#}
{% macro is_human(actor) -%}
    coalesce(starts_with({{ actor }}, 'p_') and {{ actor }} not in ({{ setting_values('bot_keys') }}), false)
{%- endmacro %}

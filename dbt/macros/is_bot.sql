{#- Whether an actor is a bot: told so by the vendor, or by the settings. Null where the actor is unknown. -#}
{% macro is_bot(actor) -%}
    ({{ actor }} like 'bot:%' or {{ actor }} in ({{ setting_values('bot_keys') }}))
{%- endmacro %}

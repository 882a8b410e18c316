{#- Which flags and stories a change touches, for the tables that count people; as `usage_touches.sql` does for others. -#}
{#- Of outcomes only what is told of them further on: a row that differs elsewhere is told twice alike, as it was and as it
    is, so that an even count is no change. -#}
{% macro outcomes_moved(key, told) -%}
    select {{ key }} from changed
    where {{ key }} is not null
    group by story_key, flag_key, epoch, person_key, arm, first_exposed_at, {{ told }}
    having count(*) % 2 = 1
{%- endmacro %}

{#- Of whom the end of some days since they met it was not known yet. -#}
{% macro outcomes_not_over(key, hours) -%}
    select distinct outcomes.{{ key }}
    from intermediate.int_exposed_windows as outcomes
    where
        outcomes.{{ key }} is not null
        and {{ hours_after('outcomes.first_exposed_at', hours) }}
        > (select min(coalesce(known_until, cast('-infinity' as timestamptz))) from changed)
{%- endmacro %}

{% macro guardrails_touched_by_outcomes() -%}
    {{ outcomes_moved('flag_key', 'step, has_used_7d, has_bought_7d') }}
{%- endmacro %}

{% macro guardrails_touched_by_span() -%}
    {{ outcomes_not_over('flag_key', 168) }}
{%- endmacro %}

{% macro adoption_touched_by_outcomes() -%}
    {{ outcomes_moved('story_key', 'first_used_at') }}
{%- endmacro %}

{% macro adoption_touched_by_span() -%}
    {{ outcomes_not_over('story_key', 24 * var('impact').adoption_days) }}
{%- endmacro %}

{% macro months_touched_by_days() -%}
    select epochs.story_key
    from intermediate.int_feature_epochs as epochs
    inner join changed
        on epochs.full_at <= changed.last_at and changed.first_at < {{ adoption_end('epochs.full_at') }}
{%- endmacro %}

{#- What is used is told in the same days. -#}
{% macro months_touched_by_kinds_of_people() -%}
    {{ people_moved() }}

    select epochs.story_key
    from intermediate.int_feature_epochs as epochs
    inner join intermediate.int_usage_days as days
        on epochs.full_at <= days.last_at and days.first_at < {{ adoption_end('epochs.full_at') }}
    semi join moved on days.person_key = moved.person_key
{%- endmacro %}

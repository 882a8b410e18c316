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

{#- Of a first use, which may come long after, the sums hold nothing but whether it came within a week. -#}
{% macro sums_touched_by_outcomes() -%}
    select distinct moved.story_key, moved.flag_key, moved.epoch
    from (
        select * exclude (variant, first_used_at, has_used_again_d1_d7) from changed
        group by all
        having count(*) % 2 = 1
    ) as moved
{%- endmacro %}

{#- Of whom the end of some window was not known yet. -#}
{% macro sums_touched_by_span() -%}
    {%- set hours = clocks_that_end() | selectattr('since', 'equalto', 'capped.first_exposed_at') | map(attribute='hours') -%}
    select distinct outcomes.story_key, outcomes.flag_key, outcomes.epoch
    from intermediate.int_exposed_windows as outcomes
    cross join (
        select min(coalesce(known_until, cast('-infinity' as timestamptz))) as known_until from changed
    ) as before
    where
        {{ hours_after('outcomes.first_exposed_at', hours | max) }} > before.known_until
        or {{ adoption_end('outcomes.full_at') }} > before.known_until
{%- endmacro %}

{% macro sums_touched_by_control() -%}
    select epochs.story_key, epochs.flag_key, epochs.epoch
    from intermediate.int_feature_epochs as epochs semi join changed using (flag_key, epoch)
{%- endmacro %}

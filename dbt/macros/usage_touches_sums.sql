{#- Which exposures a change touches, for the sums over people (`keyed_added.sql`); as `usage_touches.sql` does for others. -#}
{#- Of an input's rows only what is read: one that differs elsewhere is told twice alike, as it was and as it is. -#}
{% macro exposures_moved_in(input) -%}
    select {{ exposure_of('moved') }}
    from (
        select {{ config.get('meta')['follows'][input]['columns'] | join(', ') }} from changed
        group by all
        having count(*) % 2 = 1
    ) as moved
{%- endmacro %}

{% macro exposures_moved_in_windows() -%} {{ exposures_moved_in('int_exposed_windows') }} {%- endmacro %}

{#- Of `int_usage_span` until when was known and is: before anything was, nothing of all times. -#}
{% macro known_until_or_never() -%}
    coalesce(known_until, cast('1900-01-01 00:00:00+00' as timestamptz))
{%- endmacro %}

{#- Whether a moment, so many hours after another, lies between what was known and what is. -#}
{% macro is_passed(since, hours) -%}
    {{ since }} >= {{ hours_after("getvariable('keyed_since')", -hours) }}
    and {{ since }} <= {{ hours_after("getvariable('keyed_until')", -hours) }}
{%- endmacro %}

{% macro exposures_passed(since, hours, condition='true', rows='int_exposed_windows') -%}
    select {{ exposure_of('met') }}
    from intermediate.{{ rows }} as met
    where {{ is_passed(since, hours) }} and ({{ condition }})
{%- endmacro %}

{#- Who met it since, or whose window ended. -#}
{% macro sums_touched_by_span() -%}
    {{ exposures_passed('met.first_exposed_at', 0) }}
    {% for clock in clocks_that_end() -%}
    union all
    {{ exposures_passed(clock.since, clock.hours, is_of(clock)) }}
    {% endfor %}
{%- endmacro %}

{% macro values_touched_by_span() -%}
    {{ exposures_passed('met.first_exposed_at', 0, has_values('met')) }}
    union all
    {{ exposures_passed('met.first_exposed_at', clock_named('week').hours, has_values('met')) }}
{%- endmacro %}

{% macro sums_touched_by_control(condition='true') -%}
    select {{ exposure_of('met') }}
    from intermediate.int_exposed_windows as met
    semi join changed on met.flag_key = changed.flag_key and met.epoch = changed.epoch and met.step = changed.step
    where ({{ condition }})
{%- endmacro %}

{% macro values_touched_by_control() -%}
    {{ sums_touched_by_control(has_values('met')) }}
{%- endmacro %}

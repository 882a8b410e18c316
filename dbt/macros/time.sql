{#- Exact seconds from one moment to another, as a double. Not `date_diff`: it counts boundaries in DuckDB. -#}
{% macro seconds_between(started_at, ended_at) -%}
    ((epoch_us({{ ended_at }}) - epoch_us({{ started_at }})) / 1e6)
{%- endmacro %}

{#- The moment as of which everything is told. Never the wall clock: two runs over one log give equal rows. -#}
{% macro as_of() -%}
    (select moments.as_of from {{ ref('int_as_of') }} as moments)
{%- endmacro %}

{#- Until when something lasts that has not ended. What began after the moment of the marts, as a ticket does that is made
    while a night reads, or by a clock that is ahead, has lasted for no time yet. -#}
{% macro lasts_until(started_at) -%}
    greatest({{ as_of() }}, {{ started_at }})
{%- endmacro %}

{#- How long something lasts that has not ended, in seconds. -#}
{% macro age_of(started_at) -%}
    {{ seconds_between(started_at, lasts_until(started_at)) }}
{%- endmacro %}

{#- Until when what users did is known: windows that ended by then are over. -#}
{% macro known_until() -%}
    (select spans.known_until from {{ ref('int_usage_span') }} as spans)
{%- endmacro %}

{#- A moment, so many microseconds later. By its number and not by an interval: the calendar of time zones that DuckDB
    then asks takes ten times as long. -#}
{% macro later_by(moment, microseconds) -%}
    make_timestamptz(epoch_us({{ moment }}) + {{ microseconds }})
{%- endmacro %}

{#- A moment, so many hours later, or earlier where they are below 0. -#}
{% macro hours_after(moment, hours) -%}
    {{ later_by(moment, (hours * 3600000000) | int) }}
{%- endmacro %}

{#- The end of the days since all users have a feature in which it is counted who tried it. -#}
{% macro adoption_end(full_at) -%}
    {{ hours_after(full_at, var('impact').adoption_days * 24) }}
{%- endmacro %}

{#- The day of a moment, in UTC; by its number, too. -#}
{% macro day_of(moment) -%}
    cast(make_timestamp(epoch_us({{ moment }})) as date)
{%- endmacro %}

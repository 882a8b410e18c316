{#- The sums over people of what is measured of them (`impact_measures.sql`), by strata, clocks and measures. -#}
{#- The stratum of activity before, by so many days of 28. -#}
{% macro stratum_of(days) -%}
    case
        when {{ days }} <= 2 then cast({{ days }} as varchar)
        when {{ days }} <= 4 then '3-4'
        when {{ days }} <= 7 then '5-7'
        when {{ days }} <= 13 then '8-13'
        else '14-28'
    end
{%- endmacro %}

{#- What all but one of a thousand stay within; the most of all where that is nothing, as nearly nobody does it. -#}
{% macro cap_of(value) -%}
    coalesce(nullif(percentile_disc(0.999) within group (order by {{ value }}), 0), max({{ value }}))
{%- endmacro %}

{#- Whom a clock is of, and of whom what it measures is known, as columns. -#}
{% macro clock_columns(clock) -%}
    {{ clock.among or 'true' }} as {{ clock.name }}_is_of,
    {{ clock.among or 'true' }} and {{ hours_after(clock.since, clock.hours) }} <= capped.known_until
        as {{ clock.name }}_is_known
{%- endmacro %}

{#- By a clock: how many it is of, of how many it is known, their covariate and its square, where its windows lie. -#}
{% macro clock_sums(clock) -%}
    {%- set known = 'filter (where capped.' ~ clock.name ~ '_is_known)' -%}
    count(*) filter (where capped.{{ clock.name }}_is_of) as {{ clock.name }}_all,
    count(*) {{ known }} as {{ clock.name }}_n,
    sum(capped.x) {{ known }} as {{ clock.name }}_x,
    sum(capped.x * capped.x) {{ known }} as {{ clock.name }}_xx,
    min({{ clock.since }}) {{ known }} as {{ clock.name }}_start,
    {{ hours_after('max(' ~ clock.since ~ ') ' ~ known, clock.hours) }} as {{ clock.name }}_end
{%- endmacro %}

{#- The sums of what is measured: value, square and product with the covariate. A yes is 1, and so is its square. -#}
{% macro measure_sums(measure) -%}
    {%- set known = 'capped.' ~ measure.clock ~ '_is_known' -%}
    {%- if measure.yes -%}
        count(*) filter (where {{ known }} and {{ measure.yes }}) as {{ measure.name }}_y,
        sum(capped.x) filter (where {{ known }} and {{ measure.yes }}) as {{ measure.name }}_xy
    {%- else -%}
        {%- set cut = 'least(' ~ measure.number ~ ', capped.' ~ measure.name ~ '_cap)' -%}
        {%- set value = cut if measure.is_capped else measure.number -%}
        sum({{ value }}) filter (where {{ known }}) as {{ measure.name }}_y,
        sum({{ value }} * {{ value }}) filter (where {{ known }}) as {{ measure.name }}_yy,
        sum(capped.x * {{ value }}) filter (where {{ known }}) as {{ measure.name }}_xy
        {%- if measure.is_capped %}, max(capped.{{ measure.name }}_cap) as {{ measure.name }}_cap {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Of what may become another long after, the sums of `opened` beside those of `ended`: who did not stay away came back. -#}
{% macro sums_that_open() -%}
    {%- for clock in clocks_that_end(false) -%}
        {%- for sum in ('all', 'n') -%}
            coalesce(opened.{{ clock.name }}_{{ sum }}, 0) as {{ clock.name }}_{{ sum }},
        {% endfor -%}
        {%- for sum in ('x', 'xx', 'start', 'end') -%}
            opened.{{ clock.name }}_{{ sum }},
        {% endfor -%}
    {%- endfor -%}
    {%- for measure in measures_that_end(false) -%}
        opened.{{ measure.name }}_y, opened.{{ measure.name }}_xy,
    {% endfor -%}
    {%- for measure in impact_measures() if measure.is_endless -%}
        ended.{{ measure.clock }}_n - coalesce(opened.absent_n, 0) as {{ measure.name }}_y,
        ended.{{ measure.clock }}_x - coalesce(opened.absent_x, 0) as {{ measure.name }}_xy
        {{- ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#- The sums of one measure by the names that they all have. -#}
{% macro measured_columns(measure) -%}
    {%- for sum in ('all', 'n', 'x', 'xx', 'start', 'end') -%}
        sums.{{ measure.clock }}_{{ sum }} as sum_{{ sum }},
    {% endfor -%}
    sums.{{ measure.name }}_y as sum_y,
    sums.{{ measure.name }}_{{ 'y' if measure.yes else 'yy' }} as sum_yy,
    sums.{{ measure.name }}_xy as sum_xy,
    {{ 'sums.' ~ measure.name ~ '_cap' if measure.is_capped else 'null' }} as sum_cap
{%- endmacro %}

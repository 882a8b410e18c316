{#- The sums over people of what is measured of them (`impact_measures.sql`), by clocks and measures. -#}
{#- Whom a clock is of, and of whom what it measures is known. -#}
{% macro is_of(clock) -%}
    {{ clock.among or 'true' }}
{%- endmacro %}

{% macro is_known(clock) -%}
    {{ clock.among or 'true' }} and {{ hours_after(clock.since, clock.hours) }} <= met.known_until
{%- endmacro %}

{#- Both, as columns. -#}
{% macro clock_columns(clock) -%}
    {{ is_of(clock) }} as {{ clock.name }}_is_of,
    {{ is_known(clock) }} as {{ clock.name }}_is_known
{%- endmacro %}

{#- By a clock: how many it is of, of how many it is known, their covariate and its square, where its windows lie. -#}
{% macro clock_sums(clock) -%}
    {%- set known = 'filter (where met.' ~ clock.name ~ '_is_known)' -%}
    count(*) filter (where met.{{ clock.name }}_is_of) as {{ clock.name }}_all,
    count(*) {{ known }} as {{ clock.name }}_n,
    coalesce(sum(met.x) {{ known }}, 0) as {{ clock.name }}_x,
    coalesce(sum(met.x * met.x) {{ known }}, 0) as {{ clock.name }}_xx,
    min({{ clock.since }}) {{ known }} as {{ clock.name }}_start,
    {{ hours_after('max(' ~ clock.since ~ ') ' ~ known, clock.hours) }} as {{ clock.name }}_end
{%- endmacro %}

{#- The sums of what is measured: value, square and product with the covariate. A yes is 1, and so is its square. -#}
{% macro measure_sums(measure) -%}
    {%- set known = 'met.' ~ measure.clock ~ '_is_known' -%}
    {%- if measure.yes -%}
        count(*) filter (where {{ known }} and {{ measure.yes }}) as {{ measure.name }}_y,
        coalesce(sum(met.x) filter (where {{ known }} and {{ measure.yes }}), 0) as {{ measure.name }}_xy
    {%- else -%}
        {%- set value = measure.number -%}
        coalesce(sum({{ value }}) filter (where {{ known }}), 0) as {{ measure.name }}_y,
        coalesce(sum({{ value }} * {{ value }}) filter (where {{ known }}), 0) as {{ measure.name }}_yy,
        coalesce(sum(met.x * {{ value }}) filter (where {{ known }}), 0) as {{ measure.name }}_xy
    {%- endif -%}
{%- endmacro %}

{#- What all but one of a thousand stay within; the most of all where that is nothing, as nearly nobody does it. -#}
{% macro cap_of(measure) -%}
    {%- set own = "ranked.measure = '" ~ measure.name ~ "'" -%}
    coalesce(
        nullif(min(ranked.value) filter (where {{ own }} and ranked.people_within * 1000 >= ranked.all_people * 999), 0),
        max(ranked.value) filter (where {{ own }})
    )
{%- endmacro %}

{#- The sums of what is measured and cut at its cap, of people who are counted by their value. -#}
{% macro capped_sums(measure) -%}
    {%- set own = "filter (where valued.measure = '" ~ measure.name ~ "')" -%}
    {%- set value = 'least(valued.value, caps.' ~ measure.name ~ '_cap)' -%}
    coalesce(sum(valued.people * {{ value }}) {{ own }}, 0) as {{ measure.name }}_y,
    coalesce(sum(valued.people * {{ value }} * {{ value }}) {{ own }}, 0) as {{ measure.name }}_yy,
    coalesce(sum(valued.x * {{ value }}) {{ own }}, 0) as {{ measure.name }}_xy,
    any_value(caps.{{ measure.name }}_cap) as {{ measure.name }}_cap
{%- endmacro %}

{#- Of what may become another long after, the sums of `opened` beside those of `ended`: who did not stay away came back. -#}
{% macro sums_that_open() -%}
    {%- for clock in clocks_that_end(false) -%}
        {%- for sum in ('all', 'n', 'x', 'xx') -%}
            coalesce(opened.{{ clock.name }}_{{ sum }}, 0) as {{ clock.name }}_{{ sum }},
        {% endfor -%}
        {%- for sum in ('start', 'end') -%}
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

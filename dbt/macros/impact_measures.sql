{#- The clocks of what is measured, over `capped`: whom it is measured of (`among`), and after how many hours since when
    (`since`) it is known. `is_open`: anybody who met it may still begin it, however long ago that was. -#}
{% macro impact_clocks() -%}
    {%- set met = 'capped.first_exposed_at' -%}
    {{ return([
        {'name': 'week', 'since': met, 'hours': 168},
        {'name': 'week_of_flag', 'since': met, 'hours': 168, 'among': 'capped.flag_key is not null'},
        {'name': 'return', 'since': met, 'hours': 192},
        {'name': 'second_week', 'since': met, 'hours': 336},
        {'name': 'use', 'since': 'capped.first_used_at', 'hours': 192, 'among': 'capped.first_used_at is not null',
            'is_open': true},
        {'name': 'month', 'since': 'capped.full_at', 'hours': var('impact').adoption_days * 24,
            'among': 'capped.is_active_in_month'},
    ]) }}
{%- endmacro %}

{#- The clocks that nobody begins any longer once all who met it have had their time, or the others. -#}
{% macro clocks_that_end(do_end=true) -%}
    {{ return(impact_clocks() | rejectattr('is_open', 'defined') | list if do_end
        else impact_clocks() | selectattr('is_open', 'defined') | list) }}
{%- endmacro %}

{#- What is measured by those clocks, in windows that end, or by the others. -#}
{% macro measures_that_end(do_end=true) -%}
    {{ return(impact_measures() | rejectattr('is_endless', 'defined')
        | selectattr('clock', 'in', clocks_that_end(do_end) | map(attribute='name') | list) | list) }}
{%- endmacro %}

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

{#- The longest window since somebody met it in which nobody changed sides; -1 where there are no two sides. -#}
{% macro controlled_hours(met, spans) -%}
    case
        when
            {{ met }} >= {{ spans }}.controlled_from and {{ met }} < {{ spans }}.controlled_until
            then case
                {% for hours in impact_clocks() | map(attribute='hours') | unique | sort(reverse=true) if hours <= 336 -%}
                    when {{ hours_after(met, hours) }} <= {{ spans }}.controlled_until then {{ hours }}
                {% endfor -%}
                else 0
            end
        else -1
    end
{%- endmacro %}

{#- Whether nobody changed sides in the whole window of a measure that is told by arms. -#}
{% macro control_of(measure) -%}
    {%- set clock = impact_clocks() | selectattr('name', 'equalto', measure.clock) | first -%}
    {%- if measure.audience -%} 'all'
    {%- else -%}
    case
        when sums.controlled_hours < 0 then 'none'
        {% if not measure.is_endless -%} when sums.controlled_hours >= {{ clock.hours }} then 'throughout' {% endif -%}
        else 'partly'
    end
    {%- endif -%}
{%- endmacro %}

{#- What is measured, by which clock: the value of one person, a yes or a number, which may be cut at a cap. `audience`:
    whom it is told of, all who met it where none is named. `by_use`: the audience in which those who used it within a
    week of meeting it are compared with the others of those who got it. `is_endless`: its window has no end. -#}
{% macro impact_measures() -%}
    {{ return([
        {'name': 'returned_d1_d7', 'clock': 'return', 'yes': 'capped.has_returned_d1_d7', 'by_use': 'exposed_treated'},
        {'name': 'returned_day_7', 'clock': 'return', 'yes': 'capped.has_returned_day_7'},
        {'name': 'returned_unbounded', 'clock': 'return', 'yes': 'capped.has_returned_unbounded', 'is_endless': true},
        {'name': 'returned_d7_d13', 'clock': 'second_week', 'yes': 'capped.has_returned_d7_d13',
            'by_use': 'landmark_day_7'},
        {'name': 'adopted_7d', 'clock': 'week', 'yes': 'capped.has_used_7d'},
        {'name': 'habitual_7d', 'clock': 'week', 'yes': 'capped.use_days_7d >= 2'},
        {'name': 'bought_7d', 'clock': 'week', 'yes': 'capped.has_bought_7d'},
        {'name': 'use_days_7d', 'clock': 'week', 'number': 'capped.use_days_7d'},
        {'name': 'uses_7d', 'clock': 'week', 'number': 'capped.use_count_7d', 'is_capped': true},
        {'name': 'revenue_7d', 'clock': 'week', 'number': 'capped.revenue_7d', 'is_capped': true},
        {'name': 'events_7d', 'clock': 'week_of_flag', 'number': 'capped.event_count_7d', 'is_capped': true},
        {'name': 'used_again_d1_d7', 'clock': 'use', 'yes': 'capped.has_used_again_d1_d7', 'audience': 'adopters'},
        {'name': 'tried_month', 'clock': 'month', 'yes': 'capped.use_days_in_month >= 1', 'audience': 'exposed_active'},
        {'name': 'habitual_month', 'clock': 'month', 'yes': 'capped.use_days_in_month >= 2',
            'audience': 'exposed_active'},
    ]) }}
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

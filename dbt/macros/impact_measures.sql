{#- The clocks of what is measured, over `met`: whom it is measured of (`among`), and after how many hours since when
    (`since`) it is known. `is_open`: anybody who met it may still begin it, however long ago that was. -#}
{% macro impact_clocks() -%}
    {%- set exposed = 'met.first_exposed_at' -%}
    {{ return([
        {'name': 'week', 'since': exposed, 'hours': 168},
        {'name': 'week_of_flag', 'since': exposed, 'hours': 168, 'among': 'met.flag_key is not null'},
        {'name': 'return', 'since': exposed, 'hours': 192},
        {'name': 'second_week', 'since': exposed, 'hours': 336},
        {'name': 'use', 'since': 'met.first_used_at', 'hours': 192, 'among': 'met.first_used_at is not null',
            'is_open': true},
        {'name': 'month', 'since': 'met.full_at', 'hours': var('impact').adoption_days * 24,
            'among': 'met.is_active_in_month'},
    ]) }}
{%- endmacro %}

{#- The clocks that nobody begins any longer once all who met it have had their time, or the others. -#}
{% macro clocks_that_end(do_end=true) -%}
    {{ return(impact_clocks() | rejectattr('is_open', 'defined') | list if do_end
        else impact_clocks() | selectattr('is_open', 'defined') | list) }}
{%- endmacro %}

{#- What is measured by those clocks, in windows that end, or by the others: but for what is cut at a cap. -#}
{% macro measures_that_end(do_end=true) -%}
    {{ return(impact_measures() | rejectattr('is_endless', 'defined') | rejectattr('is_capped', 'defined')
        | selectattr('clock', 'in', clocks_that_end(do_end) | map(attribute='name') | list) | list) }}
{%- endmacro %}

{% macro capped_measures() -%}
    {{ return(impact_measures() | selectattr('is_capped', 'defined') | list) }}
{%- endmacro %}

{% macro clock_named(name) -%}
    {{ return(impact_clocks() | selectattr('name', 'equalto', name) | first) }}
{%- endmacro %}

{#- The longest window since somebody met it in which nobody changed sides; -1 where there are no two sides. -#}
{% macro controlled_hours(exposed_at, spans) -%}
    case
        when
            {{ exposed_at }} >= {{ spans }}.controlled_from and {{ exposed_at }} < {{ spans }}.controlled_until
            then case
                {% for hours in impact_clocks() | map(attribute='hours') | unique | sort(reverse=true) if hours <= 336 -%}
                    when {{ hours_after(exposed_at, hours) }} <= {{ spans }}.controlled_until then {{ hours }}
                {% endfor -%}
                else 0
            end
        else -1
    end
{%- endmacro %}

{#- Whether nobody changed sides in the whole window of a measure that is told by arms. -#}
{% macro control_of(measure) -%}
    {%- set clock = clock_named(measure.clock) -%}
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
        {'name': 'returned_d1_d7', 'clock': 'return', 'yes': 'met.has_returned_d1_d7', 'by_use': 'exposed_treated'},
        {'name': 'returned_day_7', 'clock': 'return', 'yes': 'met.has_returned_day_7'},
        {'name': 'returned_unbounded', 'clock': 'return', 'yes': 'met.has_returned_unbounded', 'is_endless': true},
        {'name': 'returned_d7_d13', 'clock': 'second_week', 'yes': 'met.has_returned_d7_d13',
            'by_use': 'landmark_day_7'},
        {'name': 'adopted_7d', 'clock': 'week', 'yes': 'met.has_used_7d'},
        {'name': 'habitual_7d', 'clock': 'week', 'yes': 'met.use_days_7d >= 2'},
        {'name': 'bought_7d', 'clock': 'week', 'yes': 'met.has_bought_7d'},
        {'name': 'use_days_7d', 'clock': 'week', 'number': 'met.use_days_7d'},
        {'name': 'uses_7d', 'clock': 'week', 'number': 'met.use_count_7d', 'is_capped': true},
        {'name': 'revenue_7d', 'clock': 'week', 'number': 'met.revenue_7d', 'is_capped': true},
        {'name': 'events_7d', 'clock': 'week_of_flag', 'number': 'met.event_count_7d', 'is_capped': true},
        {'name': 'used_again_d1_d7', 'clock': 'use', 'yes': 'met.has_used_again_d1_d7', 'audience': 'adopters'},
        {'name': 'tried_month', 'clock': 'month', 'yes': 'met.use_days_in_month >= 1', 'audience': 'exposed_active'},
        {'name': 'habitual_month', 'clock': 'month', 'yes': 'met.use_days_in_month >= 2',
            'audience': 'exposed_active'},
    ]) }}
{%- endmacro %}

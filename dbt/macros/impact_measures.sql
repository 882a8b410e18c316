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

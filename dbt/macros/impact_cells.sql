{#- Whom the sums over people (`impact_sums.sql`) are made of, and in which cells. -#}
{#- Of whom sums are made together, beside the step's share of users. -#}
{% macro impact_cell() -%}
    {{ return([
        'story_key', 'flag_key', 'epoch', 'step', 'arm', 'has_used_7d', 'prior_activity', 'controlled_hours'
    ]) }}
{%- endmacro %}

{% macro cell_columns(table) -%}
    {%- for column in impact_cell() -%}
        {{ table }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro same_cell(left, right) -%}
    {%- for column in impact_cell() -%}
        {{ left }}.{{ column }} {{ 'is not distinct from' if column in ('flag_key', 'step') else '=' }}
        {{- ' ' ~ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Two rows of one epoch of a story's flag. -#}
{% macro same_epoch(left, right) -%}
    {{ left }}.story_key = {{ right }}.story_key
    and {{ left }}.flag_key is not distinct from {{ right }}.flag_key
    and {{ left }}.epoch = {{ right }}.epoch
{%- endmacro %}

{#- Two rows of what became of somebody who met a feature. -#}
{% macro same_exposure(left, right) -%}
    {{ same_epoch(left, right) }}
    and {{ left }}.person_key = {{ right }}.person_key
    and {{ left }}.first_exposed_at = {{ right }}.first_exposed_at
{%- endmacro %}

{#- Everybody who met a feature before what is known ends, with the columns of their cell and the covariate, as `met`. -#}
{% macro people_who_met(condition='') -%}
    select
        exposed_windows.*,
        {{ known_until() }} as known_until,
        {{ controlled_hours('exposed_windows.first_exposed_at', 'spans') }} as controlled_hours,
        {{ stratum_of('exposed_windows.prior_active_days') }} as prior_activity,
        exposed_windows.prior_active_days as x
    from {{ ref('int_exposed_windows') }} as exposed_windows
    left join {{ ref('int_controlled_spans') }} as spans
        on
            exposed_windows.flag_key = spans.flag_key
            and exposed_windows.epoch = spans.epoch
            and exposed_windows.step = spans.step
    where exposed_windows.first_exposed_at < {{ known_until() }}{{ ' and (' ~ condition ~ ')' if condition }}
{%- endmacro %}

{#- Whether somebody was ever active from the day after on. -#}
{% macro has_ever_returned(outcomes, people) -%}
    coalesce({{ people }}.last_active_at >= {{ hours_after(outcomes ~ '.first_exposed_at', 24) }}, false)
{%- endmacro %}

{#- Whether there is any number that is cut at a cap. -#}
{% macro has_values(outcomes) -%}
    {%- for measure in capped_measures() -%}
        coalesce({{ measure.number | replace('met.', outcomes ~ '.') }} <> 0, false){{ ' or ' if not loop.last }}
    {%- endfor -%}
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

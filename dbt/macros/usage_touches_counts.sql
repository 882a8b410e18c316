{#- Which flags and stories a change touches, for the tables that count people; as `usage_touches.sql` does for others. -#}
{#- Of outcomes only what is told of them further on: a row that differs elsewhere is told twice alike, as it was and as it
    is, so that an even count is no change. -#}
{% macro outcomes_moved(key, told='') -%}
    select {{ key }} from changed
    where {{ key }} is not null
    group by story_key, flag_key, epoch, person_key, arm, first_exposed_at{{ ', ' ~ told if told }}
    having count(*) % 2 = 1
{%- endmacro %}

{% macro guardrails_touched_by_outcomes() -%}
    select flag_key, epoch, person_key, first_exposed_at
    from (
        select {{ config.get('meta')['follows']['int_exposed_windows']['columns'] | join(', ') }} from changed
        where flag_key is not null
        group by all
        having count(*) % 2 = 1
    )
{%- endmacro %}

{% macro guardrails_touched_by_span() -%}
    select met.flag_key, met.epoch, met.person_key, met.first_exposed_at
    from intermediate.int_exposed_windows as met
    where met.flag_key is not null and {{ is_passed('met.first_exposed_at', 168) }}
{%- endmacro %}

{% macro guardrails_touched_by_epochs() -%}
    select met.flag_key, met.epoch, met.person_key, met.first_exposed_at
    from intermediate.int_exposed_windows as met
    semi join changed on met.flag_key = changed.flag_key and met.epoch = changed.epoch
{%- endmacro %}

{% macro adoption_touched_by_outcomes() -%}
    {{ outcomes_moved('story_key') }}
{%- endmacro %}

{#- A first use after the days in which adoption is told is none of it. -#}
{% macro adoption_touched_by_acts() -%}
    select distinct story_key
    from (
        select {{ exposure_of('changed') }}, changed.first_used_at
        from changed
        where changed.first_used_at < {{ adoption_end('changed.first_exposed_at') }}
        group by all
        having count(*) % 2 = 1
    )
{%- endmacro %}

{#- Of whom the end of these days was not known yet. -#}
{% macro adoption_touched_by_span() -%}
    select distinct met.story_key
    from intermediate.int_exposed_windows as met
    where met.first_exposed_at > {{ hours_after("getvariable('keyed_since')", -24 * var('impact').adoption_days) }}
{%- endmacro %}

{#- Epochs as they are and as they were not long ago: who was counted in a month that is another now counts there no more. -#}
{% macro epochs_told() -%}
    (
        select story_key, full_at from intermediate.int_feature_epochs
        union
        select story_key, full_at from increments.int_feature_epochs
    )
{%- endmacro %}

{% macro in_month_of(epochs, days) -%}
    {{ epochs }}.full_at <= {{ days }}.last_active_at
    and {{ days }}.first_active_at < {{ adoption_end(epochs ~ '.full_at') }}
{%- endmacro %}

{% macro months_touched_begin() -%}
    select cast(min(epochs.full_at) as date) - 1
    from {{ epochs_told() }} as epochs semi join keyed_keys using (story_key)
{%- endmacro %}

{% macro months_touched_by_days() -%}
    select epochs.story_key, changed.person_key
    from {{ epochs_told() }} as epochs inner join changed on {{ in_month_of('epochs', 'changed') }}
{%- endmacro %}

{% macro months_touched_by_epochs() -%}
    select changed.story_key, days.person_key
    from changed inner join intermediate.int_usage_days as days on {{ in_month_of('changed', 'days') }}
{%- endmacro %}

{% macro months_touched_by_kinds_of_people() -%}
    {{ people_moved() }}

    select epochs.story_key, days.person_key
    from intermediate.int_usage_days as days
    semi join moved on days.person_key = moved.person_key
    inner join {{ epochs_told() }} as epochs on {{ in_month_of('epochs', 'days') }}
{%- endmacro %}

{% macro active_days_touched_by_days() -%}
    select person_key, day_on from changed group by person_key, day_on, active_count > 0 having count(*) % 2 = 1
{%- endmacro %}

{#- Days of somebody new are as new. -#}
{% macro active_days_touched_by_kinds_of_people() -%}
    with moved as (
        select person_key from changed group by person_key having count(distinct is_internal or is_bot) > 1
    )

    select days.person_key, days.day_on
    from intermediate.int_usage_days as days semi join moved on days.person_key = moved.person_key
{%- endmacro %}

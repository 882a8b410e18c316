{#-
Which keys a change of an input touches, for the tables over product events that follow one with another key
(`keyed.sql`): over `changed`, which holds each row as it was and as it is. To tell too many costs time, to tell too few
is wrong.
-#}
{% macro exposures_touched_by_epochs() -%}
    select flag_exposures.flag_key, flag_exposures.person_key
    from intermediate.int_flag_exposures as flag_exposures semi join changed using (flag_key)
    union all
    select null, days.person_key from intermediate.int_usage_days as days
    where exists (select 1 from changed where flag_id is null)
{%- endmacro %}

{#- Without a flag to be active is to have met the feature. -#}
{% macro exposures_touched_by_unflagged_days() -%}
    select null, person_key from changed
    where exists (select 1 from intermediate.int_feature_epochs where flag_id is null)
{%- endmacro %}

{#- Somebody new, or one who became a program or one of our own people, or is none any longer. -#}
{% macro people_moved() -%}
    with moved as (
        select person_key from changed group by person_key, is_internal, is_bot having count(*) % 2 = 1
    )
{%- endmacro %}

{% macro exposures_touched_by_kinds_of_people() -%}
    {{ people_moved() }}

    select flag_exposures.flag_key, flag_exposures.person_key
    from intermediate.int_flag_exposures as flag_exposures semi join moved using (person_key)
    union all
    select null, person_key from moved
{%- endmacro %}

{% macro exposed_touched(condition) -%}
    select exposures.story_key, exposures.flag_key, exposures.epoch, exposures.person_key
    from intermediate.int_exposures as exposures
    inner join changed on exposures.person_key = changed.person_key and {{ condition }}
{%- endmacro %}

{% macro exposed_touched_by_days() -%}
    {{ exposed_touched("changed.day_on between " ~ day_of("exposures.first_exposed_at") ~ " - 28 and " ~ day_of(
        "greatest(" ~ hours_after("exposures.first_exposed_at", 336) ~ ", " ~ adoption_end("exposures.full_at") ~ ")"
    )) }}
{%- endmacro %}

{% macro exposed_touched_by_uses() -%}
    {{ exposed_touched("exposures.story_key = changed.story_key") }}
{%- endmacro %}

{% macro in_first_week() -%}
    changed.happened_at >= exposures.first_exposed_at
    and changed.happened_at < {{ hours_after("exposures.first_exposed_at", 168) }}
{%- endmacro %}

{% macro exposed_touched_by_purchases() -%}
    {{ exposed_touched("not changed.is_exposure and " ~ in_first_week()) }}
{%- endmacro %}

{% macro edges_touched_by_events() -%}
    select exposures.person_key, exposures.first_exposed_at
    from intermediate.int_exposures as exposures
    inner join changed on exposures.person_key = changed.person_key and {{ in_first_week() }}
    where changed.is_active
{%- endmacro %}

{% macro exposed_touched_by_edges() -%}
    {{ exposed_touched("exposures.first_exposed_at = changed.first_exposed_at") }}
{%- endmacro %}

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

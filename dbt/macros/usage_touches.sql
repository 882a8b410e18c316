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

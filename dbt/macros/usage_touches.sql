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

{#- Nobody meets a flag before the first of its steps, as these are told now or were before. -#}
{% macro steps_begin() -%}
    select min(steps.started_at)
    from (
        select flag_key, started_at from intermediate.int_flag_steps
        union all
        select flag_key, started_at from increments.int_flag_steps
    ) as steps
    semi join keyed_keys on steps.flag_key = keyed_keys.flag_key
{%- endmacro %}

{#- Nor what has none before it is there. -#}
{% macro exposures_begin() -%}
    select least(({{ steps_begin() }}), (
        select min(epochs.opened_at)
        from (
            select flag_id, opened_at from intermediate.int_feature_epochs
            union all
            select flag_id, opened_at from increments.int_feature_epochs
        ) as epochs
        where epochs.flag_id is null and exists (select 1 from keyed_keys where keyed_keys.flag_key is null)
    ))
{%- endmacro %}

{#- The same of stories, by what is told now. -#}
{% macro stories_begin() -%}
    select min(coalesce(steps.started_at, epochs.opened_at))
    from intermediate.int_feature_epochs as epochs
    semi join keyed_keys on epochs.story_key = keyed_keys.story_key
    left join intermediate.int_flag_steps as steps on epochs.flag_key = steps.flag_key
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

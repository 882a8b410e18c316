{#- Which exposures a change touches, for the tables that tell what became of each; as `usage_touches.sql` does for others. -#}
{% macro exposure_of(rows) -%}
    {{ rows }}.story_key, {{ rows }}.flag_key, {{ rows }}.epoch, {{ rows }}.person_key, {{ rows }}.first_exposed_at
{%- endmacro %}

{% macro exposed_touched(condition, since) -%}
    select {{ exposure_of('exposures') }}
    from intermediate.int_exposures as exposures
    inner join changed on exposures.person_key = changed.person_key and {{ condition }}
    {{ 'where ' ~ since if since }}
{%- endmacro %}

{#- The last day on which what somebody did may still tell what became of an exposure. -#}
{% macro last_day_of_windows(exposure="") -%}
    {{ day_of(
        "greatest(" ~ hours_after(exposure ~ "first_exposed_at", 336) ~ ", " ~ adoption_end(exposure ~ "full_at") ~ ")"
    ) }}
{%- endmacro %}

{#- A day may lie in the windows of those who met it not long before, or in the month since all have it. -#}
{% macro exposed_touched_by_days() -%}
    {%- set condition = "changed.day_on between " ~ day_of("exposures.first_exposed_at") ~ " - 28 and "
        ~ last_day_of_windows("exposures.") -%}
    {%- set since = "cast(getvariable('keyed_since') as timestamptz)" -%}
    {%- set recently = "exposures.first_exposed_at >= " ~ hours_after(since, -336) -%}
    {{ exposed_touched(condition, recently) }}
    union all
    {{ exposed_touched(condition, "exposures.full_at >= " ~ hours_after(since, -24 * var("impact").adoption_days)) }}
{%- endmacro %}

{% macro exposed_touched_by_uses() -%}
    {{ exposed_touched("exposures.story_key = changed.story_key") }}
{%- endmacro %}

{% macro in_first_week() -%}
    changed.happened_at >= exposures.first_exposed_at
    and changed.happened_at < {{ hours_after("exposures.first_exposed_at", 168) }}
    and exposures.first_exposed_at > {{ hours_after("getvariable('keyed_since')", -168) }}
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

{#- Of acts only what ends: a row that differs elsewhere is told twice alike, and one that tells nothing of what ends is
    as good as none. -#}
{% macro windows_touched_by_acts() -%}
    with told as (
        select
            {{ exposure_of('changed') }},
            coalesce(changed.first_used_at < {{ hours_after('changed.first_exposed_at', 168) }}, false) as has_used_7d,
            changed.use_count_7d,
            changed.use_days_7d,
            changed.use_days_in_month,
            changed.has_bought_7d,
            changed.revenue_7d
        from changed
    )

    select {{ exposure_of('moved') }}
    from (
        select * from told
        where has_used_7d or use_count_7d <> 0 or use_days_in_month <> 0 or has_bought_7d or revenue_7d <> 0
        group by all
        having count(*) % 2 = 1
    ) as moved
{%- endmacro %}

{#- Which exposures a change touches, for the sums of what may become another long after (`int_impact_open_sums`). These may
    be of any age, so all that can touch an old one is looked for in one pass over `int_exposed_windows`. -#}
{% macro open_sums_touched_by_span() -%}
    {%- set away = 'not (met.has_returned_d1_d7 or met.has_returned_d7_d13)' -%}
    {%- set return = clock_named('return') -%}
    {{ exposures_passed('met.first_exposed_at', 0, away) }}
    union all
    {{ exposures_passed(return.since, return.hours, away) }}
    union all
    {{ exposures_passed('met.first_exposed_at', 0, rows='int_exposed_acts') }}
{%- endmacro %}

{#- The rows of who is seen again, for the first time since the day after they met it, or was not after all; and of who
    used it, or whose time since the first use is over. -#}
{% macro open_sums_finds() -%}
    {%- set columns = config.get('meta')['follows']['int_exposed_windows']['columns'] -%}
    {%- set never = "cast('1900-01-01 00:00:00+00' as timestamptz)" -%}
    with seen as (
        select person_key, coalesce(last_active_at, {{ never }}) as last_active_at
        from ({{ keyed_feed(this, {'name': 'int_usage_people'}) }})
    ),

    visits as (
        select
            person_key,
            {{ hours_after('case when count(*) % 2 = 0 then min(last_active_at) else ' ~ never ~ ' end', -24) }}
                as met_after,
            {{ hours_after('max(last_active_at)', -24) }} as met_until
        from seen
        group by person_key
    ),

    changed as ({{ keyed_feed(this, {'name': 'int_exposed_acts'}) }}),

    used as (
        {{ exposures_moved_in('int_exposed_acts') }}
        {% for clock in clocks_that_end(false) -%}
        union
        {{ exposures_passed(clock.since, clock.hours, rows='int_exposed_acts') }}
        {% endfor %}
    ),

    met as (
        select {{ columns | join(', ') }}
        from intermediate.int_exposed_windows as met
        semi join (select person_key from visits union select person_key from used) as people
            on met.person_key = people.person_key
    )

    select met.*
    from met
    left join visits on met.person_key = visits.person_key
    left join used on {{ same_exposure('met', 'used') }}
    where
        used.person_key is not null
        or (
            not (met.has_returned_d1_d7 or met.has_returned_d7_d13)
            and met.first_exposed_at > visits.met_after
            and met.first_exposed_at <= visits.met_until
        )
{%- endmacro %}

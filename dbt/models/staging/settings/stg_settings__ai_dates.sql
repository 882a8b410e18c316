-- One row per scope and key of whom the settings say since when AI tools were there: organisation, team or developer.
with told as (
    select
        'organisation' as scope,
        '' as scope_key,
        cast({{ sql_text(var('ai_enabled_at')) if var('ai_enabled_at') else 'null' }} as timestamptz) as enabled_at
    {% for told in var('ai_dates') -%}
    union all
    select
        '{{ told["scope"] }}',
        {{ sql_text(told['key']) }},
        cast({{ sql_text(told['enabled_at']) }} as timestamptz)
    {% endfor %}
),

-- Two spellings of one team are one.
final as (
    select
        told.scope,
        told.scope_key,
        min(told.enabled_at) as enabled_at
    from told
    where told.enabled_at is not null
    group by told.scope, told.scope_key
)

select * from final

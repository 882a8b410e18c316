-- One row per threshold, least count or ratio that guardrails are judged by.
with told as (
    select
        unnest(map_entries(
            cast(cast({{ sql_text(tojson(var('guardrail_limits'))) }} as json) as map (varchar, double))
        )) as entry
),

final as (
    select
        told.entry.key as limit_name,
        told.entry.value as limit_value
    from told
)

select * from final

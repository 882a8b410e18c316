-- One row per incident that names a flag and per flag that users are told to have met: the flag of the flag service, or
-- why it is none that is known.
with names as (
    select * from {{ ref('int_flag_names') }}
),

exposures as (
    select
        usage_names.flag_key as named,
        min(usage_names.first_seen_at) as first_seen_at
    from {{ ref('stg_events__usage_name') }} as usage_names
    where usage_names.is_exposure and usage_names.flag_key is not null
    group by usage_names.flag_key
),

told as (
    select
        'incident' as from_kind,
        incidents.incident_id as from_key,
        incidents.flag_key as named,
        incidents.opened_at as happened_at
    from {{ ref('int_incidents') }} as incidents
    where incidents.flag_key is not null
    union all
    select
        'exposure' as from_kind,
        exposures.named as from_key,
        exposures.named,
        exposures.first_seen_at as happened_at
    from exposures
),

final as (
    select
        told.from_kind,
        told.from_key,
        told.named,
        told.happened_at,
        names.flag_key,
        case when names.flag_key is null then 'none' else 'flag key' end as rule,
        case when names.flag_key is null then 0.0 else 1.0 end as confidence,
        names.flag_key is not null as is_linked,
        case
            when names.flags_called_so > 1 then names.flags_called_so || ' flags are called ' || told.named
            when names.flag_key is null then 'no flag ' || told.named || ' is known'
            when told.from_kind = 'incident' then 'the incident names the flag'
            else 'the product tells that users met the flag'
        end as reason
    from told
    left join names on told.named = names.name
)

select * from final

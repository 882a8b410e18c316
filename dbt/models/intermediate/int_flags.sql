-- One row per feature flag in its newest state, with the key that names it everywhere: `flag_key`.
{{ config(materialized='table') }}

with flag_events as (
    select * from {{ ref('stg_events__flag') }}
    where flag_key is not null
),

-- A flag that only its changes tell of still has its row.
states as (
    select *
    from flag_events
    qualify row_number() over (
        partition by source, subject
        order by
            case event_type when 'flag.updated' then 0 when 'flag.created' then 1 else 2 end,
            occurred_at desc, raw_position desc, event_id asc
    ) = 1
),

steps as (
    select
        flag_events.source,
        flag_events.subject,
        min(flag_events.occurred_at) filter (where flag_events.event_type = 'flag.created') as told_created_at,
        max(flag_events.occurred_at) filter (where flag_events.event_type = 'flag.created') as last_created_at,
        max(flag_events.occurred_at) filter (where flag_events.event_type = 'flag.archived') as archived_at,
        max(flag_events.occurred_at) filter (where flag_events.event_type = 'flag.restored') as restored_at,
        max(flag_events.occurred_at) filter (where flag_events.event_type = 'flag.deleted') as deleted_at
    from flag_events
    group by flag_events.source, flag_events.subject
),

-- One key of two projects, or of two vendors, names neither.
described as (
    select
        states.source || '/' || states.subject as flag_id,
        states.source,
        states.instance,
        states.subject,
        states.project,
        states.flag_key as own_key,
        case
            when count(*) over (partition by states.flag_key) = 1 then states.flag_key
            when count(*) over (partition by states.project, states.flag_key) = 1
                then states.project || '/' || states.flag_key
            else states.source || ':' || states.instance || '/' || states.project || '/' || states.flag_key
        end as flag_key,
        states.name,
        states.description,
        states.tags,
        states.property_values,
        states.url,
        coalesce(states.created_at, steps.told_created_at) as created_at,
        coalesce(
            steps.archived_at > coalesce(steps.restored_at, '-infinity'::timestamptz), states.is_archived, false
        ) as is_archived,
        -- One that is made to stay, as a switch for the worst day, is never left over.
        coalesce(states.is_temporary, true) as is_temporary,
        steps.archived_at,
        steps.restored_at,
        steps.deleted_at,
        -- Its key may be taken anew.
        coalesce(
            steps.deleted_at >= coalesce(steps.last_created_at, '-infinity'::timestamptz), false
        ) as is_deleted
    from states
    inner join steps on states.source = steps.source and states.subject = steps.subject
),

final as (
    select * from described
)

select * from final

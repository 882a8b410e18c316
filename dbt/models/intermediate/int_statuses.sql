-- One row per status id of a tracker: the name that it has now, and its category where anything tells it.
{{ config(materialized='table') }}

with ticket_events as (
    select * from {{ ref('stg_events__ticket') }}
),

definitions as (
    select *
    from {{ ref('stg_events__status') }}
    qualify row_number() over (
        partition by source, instance, status_id
        order by occurred_at desc, raw_position desc, event_id asc
    ) = 1
),

-- A status that the tracker no longer lists keeps the last name under which a ticket knew it.
mentions as (
    select source, instance, status_id, status_name, status_category, occurred_at, event_id
    from ticket_events
    union all
    select source, instance, from_status_id, from_status_name, null, occurred_at, event_id
    from ticket_events
    union all
    select source, instance, to_status_id, to_status_name, null, occurred_at, event_id
    from ticket_events
),

seen as (
    select
        mentions.source,
        mentions.instance,
        mentions.status_id,
        max_by(mentions.status_name, (mentions.occurred_at, mentions.event_id, mentions.status_name)) filter (
            where mentions.status_name is not null
        ) as status_name,
        max_by(mentions.status_category, (mentions.occurred_at, mentions.event_id)) filter (
            where nullif(mentions.status_category, 'unknown') is not null
        ) as status_category
    from mentions
    where mentions.status_id is not null
    group by mentions.source, mentions.instance, mentions.status_id
),

final as (
    select
        coalesce(definitions.source, seen.source) as source,
        coalesce(definitions.instance, seen.instance) as instance,
        coalesce(definitions.status_id, seen.status_id) as status_id,
        coalesce(definitions.status_name, seen.status_name) as status_name,
        coalesce(nullif(definitions.status_category, 'unknown'), seen.status_category) as status_category,
        definitions.status_id is not null as is_defined
    from definitions
    full outer join seen
        on
            definitions.source = seen.source
            and definitions.instance = seen.instance
            and definitions.status_id = seen.status_id
)

select * from final

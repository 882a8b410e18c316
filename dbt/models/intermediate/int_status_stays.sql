-- One row per visit of a ticket to a status, every one however short: what its history tells, and where it stands now.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

resolved as (
    select * from {{ ref('int_visit_statuses') }}
),

present as (
    select * from resolved
    where position is null
),

told as (
    select
        resolved.*,
        row_number() over (partition by resolved.story_key order by resolved.position desc) = 1 as is_last
    from resolved
    where resolved.position is not null
),

-- The history ends elsewhere than the ticket stands: somebody moved it silently, mostly many tickets at once.
migrated as (
    select
        told.story_key,
        told.position,
        told.entered_at as last_entered_at,
        present.status_id,
        present.status,
        present.status_category,
        told.status_category = present.status_category as is_relabelled
    from told
    inner join present on told.story_key = present.story_key
    where
        told.is_last
        and case
            when told.status_id is not null and present.status_id is not null
                then told.status_id <> present.status_id
            else told.status <> present.status
        end
),

-- Within a category the last visit only gets the new name; across categories a visit of its own begins.
final as (
    select
        told.story_key,
        told.position,
        told.entered_at,
        coalesce(migrated.status, told.status) as status,
        told.status_category,
        told.is_after_gap,
        coalesce(migrated.is_relabelled, false) as is_migrated
    from told
    left join migrated on told.story_key = migrated.story_key and told.is_last and migrated.is_relabelled
    union all
    select
        migrated.story_key,
        migrated.position + 1 as position,
        case
            when tickets.status_changed_at > migrated.last_entered_at then tickets.status_changed_at
            else greatest(tickets.updated_at, migrated.last_entered_at)
        end as entered_at,
        migrated.status,
        migrated.status_category,
        true as is_after_gap,
        true as is_migrated
    from migrated
    inner join tickets on migrated.story_key = tickets.story_key
    where not migrated.is_relabelled
)

select * from final

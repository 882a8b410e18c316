-- One row per visit of a ticket to a status, with the status's present name and its category.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

statuses as (
    select * from {{ ref('int_statuses') }}
),

settings as (
    select
        project_key,
        lower(status_name) as status_name,
        min(status_category) as status_category
    from {{ ref('stg_settings__status_categories') }}
    group by project_key, lower(status_name)
),

-- The ticket's present status is resolved beside its visits: a migration moves it without a word in the history.
named as (
    select story_key, position, entered_at, status_id, status_name, is_after_gap
    from {{ ref('int_status_moves') }}
    union all
    select story_key, null, null, status_id, status_name, false
    from tickets
    where status_id is not null or status_name is not null
),

-- A name that stands for one category alone tells the category of a status that is gone but was called the same.
categories_by_name as (
    select
        statuses.source,
        statuses.instance,
        lower(statuses.status_name) as status_name,
        min(statuses.status_category) as status_category
    from statuses
    where statuses.status_category is not null
    group by statuses.source, statuses.instance, lower(statuses.status_name)
    having count(distinct statuses.status_category) = 1
),

renamed as (
    select
        named.*,
        tickets.source,
        tickets.instance,
        tickets.project_key,
        coalesce(statuses.status_name, named.status_name, named.status_id) as status,
        statuses.status_category as category_by_id,
        case
            when coalesce(tickets.status_id, tickets.status_name) = coalesce(named.status_id, named.status_name)
                then nullif(tickets.status_category, 'unknown')
        end as category_by_ticket
    from named
    inner join tickets on named.story_key = tickets.story_key
    left join statuses
        on
            tickets.source = statuses.source
            and tickets.instance = statuses.instance
            and named.status_id = statuses.status_id
),

told as (
    select
        renamed.*,
        coalesce(settings.status_category, old_settings.status_category) as category_by_settings,
        coalesce(
            renamed.category_by_id, by_name.status_category, renamed.category_by_ticket, 'unknown'
        ) as category_by_tracker
    from renamed
    left join settings
        on renamed.project_key = settings.project_key and lower(renamed.status) = settings.status_name
    left join settings as old_settings
        on renamed.project_key = old_settings.project_key and lower(renamed.status_name) = old_settings.status_name
    left join categories_by_name as by_name
        on
            renamed.source = by_name.source
            and renamed.instance = by_name.instance
            and lower(renamed.status) = by_name.status_name
),

final as (
    select
        told.story_key,
        told.position,
        told.entered_at,
        told.status_id,
        told.status,
        told.is_after_gap,
        case
            when told.category_by_settings is not null then told.category_by_settings
            -- Work that was rejected in a review goes on; only what is over by the tracker's own word was cancelled.
            when
                told.category_by_tracker in ('done', 'unknown')
                and lower(told.status) in ({{ setting_values('cancelled_statuses') }})
                then 'cancelled'
            else told.category_by_tracker
        end as status_category
    from told
)

select * from final

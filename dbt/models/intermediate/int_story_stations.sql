-- One row per status visit of a story that was no slip of a hand: where in the line the ticket stood.
{{ config(materialized='table') }}

with visits as (
    select
        *,
        min(entered_at) over (partition by story_key) as first_entered_at,
        case
            when not bool_or(is_current) over (partition by story_key) then max(left_at) over (partition by story_key)
        end as last_left_at
    from {{ ref('int_status_visits') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

settings as (
    select * from {{ ref('stg_settings__milestone_statuses') }}
),

-- What was left again at once is folded: its time goes to the visit before it, of the first to the one after it.
kept as (
    select
        visits.story_key,
        visits.position,
        visits.status,
        visits.status_category,
        case when row_number() over in_order = 1 then visits.first_entered_at else visits.entered_at end as entered_at,
        coalesce(lead(visits.entered_at) over in_order, visits.last_left_at) as left_at
    from visits
    where
        visits.left_at is null
        or {{ seconds_between('visits.entered_at', 'visits.left_at') }} >= {{ var('flap_seconds') }}
    window in_order as (partition by visits.story_key order by visits.position)
),

-- A status of the settings stands where they say, one of `spec_statuses` after the specification.
marked as (
    select
        kept.*,
        coalesce(
            settings.station,
            case when lower(kept.status) in ({{ setting_values('spec_statuses') }}) then 3 end
        ) as marked_station
    from kept
    inner join tickets on kept.story_key = tickets.story_key
    left join settings
        on tickets.project_key = settings.project_key and lower(kept.status) = settings.status_name
),

-- To do, right after the specification, is a wait for work to begin and not a return to the backlog.
final as (
    select
        marked.story_key,
        marked.position,
        marked.status,
        marked.status_category,
        marked.entered_at,
        marked.left_at,
        marked.marked_station,
        case
            when marked.marked_station is not null then marked.marked_station
            when marked.status_category = 'in_progress' then 3
            when marked.status_category = 'to_do'
                then case
                    when
                        last_value(
                            case
                                when marked.status_category in ('in_progress', 'done')
                                    then coalesce(marked.marked_station, 0)
                                else marked.marked_station
                            end ignore nulls
                        ) over (
                            partition by marked.story_key
                            order by marked.position
                            rows between unbounded preceding and 1 preceding
                        ) = 3 then 3
                    else 2
                end
        end as station
    from marked
)

select * from final

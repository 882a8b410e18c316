-- One row per story and stage in whose statuses its ticket stood: first and last entry, visits, and time in all.
with stations as (
    select * from {{ ref('int_story_stations') }}
),

stages as (
    select * from {{ ref('int_story_stages') }}
),

-- Where no milestone follows that is known, all that stands behind the last one belongs to the open stage.
placed as (
    select
        stations.story_key,
        stations.position,
        stations.entered_at,
        stations.left_at,
        stages.stage
    from stations
    left join stages
        on
            stations.story_key = stages.story_key
            and stations.station >= stages.position
            and (stages.is_last or stations.station < stages.next_position)
),

entries as (
    select
        placed.*,
        coalesce(
            placed.stage <> lag(placed.stage) over (partition by placed.story_key order by placed.position), true
        ) as is_entry
    from placed
),

numbered as (
    select
        entries.*,
        count(*) filter (where entries.is_entry) over (
            partition by entries.story_key
            order by entries.position
            rows between unbounded preceding and current row
        ) as number
    from entries
),

-- Neighbouring visits to statuses of one stage are one visit to the stage; it has ended when the last of them has.
visits as (
    select
        numbered.story_key,
        numbered.stage,
        numbered.number,
        min(numbered.entered_at) as entered_at,
        case when count(*) = count(numbered.left_at) then max(numbered.left_at) end as left_at
    from numbered
    where numbered.stage is not null
    group by numbered.story_key, numbered.stage, numbered.number
),

final as (
    select
        visits.story_key,
        visits.stage,
        min(visits.entered_at) as first_entered_at,
        max(visits.entered_at) as last_entered_at,
        count(*) as visit_count,
        cast(coalesce(sum(epoch_us(visits.left_at) - epoch_us(visits.entered_at)), 0) as bigint) as visited_us
    from visits
    group by visits.story_key, visits.stage
)

select * from final

-- One row per incident and story that its ticket names as the cause, or that its flag lets out.
with incidents as (
    select * from {{ ref('int_incidents') }}
),

named as (
    select
        incidents.incident_id,
        links.to_story_key as story_key,
        'linked story' as rule,
        0.8 as confidence,
        'its ticket ' || links.relation || ' ' || links.to_story_key as reason
    from incidents
    inner join {{ ref('int_story_links') }} as links on incidents.story_key = links.story_key
    where links.is_linked and regexp_matches(links.relation, '(?i)\b(caused by|broken by|introduced by|result of)\b')
),

by_flag as (
    select
        uses.from_key as incident_id,
        flag_stories.story_key,
        'flag of the story' as rule,
        cast(flag_stories.confidence as double) as confidence,
        'it names the flag ' || uses.flag_key || ', which lets the story out' as reason
    from {{ ref('int_flag_uses') }} as uses
    inner join {{ ref('int_flag_stories') }} as flag_stories
        on uses.flag_key = flag_stories.flag_key and flag_stories.is_linked
    where uses.from_kind = 'incident' and uses.is_linked
),

candidates as (
    select * from named
    union all
    select * from by_flag
),

final as (
    select candidates.*
    from candidates
    qualify row_number() over (
        partition by candidates.incident_id, candidates.story_key
        order by candidates.confidence desc, candidates.rule
    ) = 1
)

select * from final

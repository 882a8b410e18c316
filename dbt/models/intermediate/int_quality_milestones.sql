-- One row per milestone: of the finished stories that are measured, how many know it.
with stories as (
    select milestones.*
    from {{ ref('int_story_milestones') }} as milestones
    inner join {{ ref('int_story_relations') }} as relations on milestones.story_key = relations.story_key
    inner join {{ ref('int_story_progress') }} as progress on milestones.story_key = progress.story_key
    inner join {{ ref('int_tickets') }} as tickets on milestones.story_key = tickets.story_key
    -- Of finished work alone can it be asked where its milestones are.
    where relations.is_measured and not tickets.is_deleted and progress.last_status_category = 'done'
),

known as (
    select
        unnest(['interview', 'backlog', 'spec', 'code_complete', 'reviewed', 'production', 'full_rollout'])
            as milestone,
        unnest([
            count(stories.interviewed_at), count(stories.backlog_at), count(stories.spec_at),
            count(stories.code_complete_at), count(stories.reviewed_at), count(stories.production_at),
            count(stories.full_rollout_at)
        ]) as linked,
        count(*) as total
    from stories
),

-- Not every story needs a talk, a specification or a flag that is all out: those are told, and nobody need act.
final as (
    select
        'milestones_known' as check_name,
        known.milestone as scope,
        known.linked,
        known.total,
        case when known.milestone in ('interview', 'spec', 'full_rollout') then 0.0 else 0.8 end as ok_from,
        case when known.milestone in ('interview', 'spec', 'full_rollout') then 0.0 else 0.5 end as watch_from
    from known
)

select * from final

-- One row per link between two things and per refusal to link them, with the rule, how sure it is, and why.
with links as (
    select
        'change' as from_kind,
        story_changes.change_key as from_key,
        'story' as to_kind,
        story_changes.story_key as to_key,
        story_changes.rule,
        story_changes.confidence,
        true as is_linked,
        story_changes.reason
    from {{ ref('int_story_changes') }} as story_changes
    union all
    select
        'change' as from_kind,
        change_stories.change_key as from_key,
        'story' as to_kind,
        change_stories.mentioned_key as to_key,
        change_stories.rule,
        0 as confidence,
        false as is_linked,
        change_stories.reason
    from {{ ref('int_change_stories') }} as change_stories
    where not change_stories.is_linked
    union all
    select
        deployment_links.from_kind,
        deployment_links.from_key,
        'deployment' as to_kind,
        deployment_links.to_key,
        deployment_links.rule,
        deployment_links.confidence,
        deployment_links.is_linked,
        deployment_links.reason
    from {{ ref('int_deployment_links') }} as deployment_links
    union all
    select
        'build' as from_kind,
        build_changes.build_key as from_key,
        'change' as to_kind,
        build_changes.change_key as to_key,
        build_changes.rule,
        build_changes.confidence,
        build_changes.is_linked,
        build_changes.reason
    from {{ ref('int_build_changes') }} as build_changes
    union all
    select
        'interview' as from_kind,
        interview_stories.interview_id as from_key,
        'story' as to_kind,
        coalesce(interview_stories.story_key, interview_stories.ticket_key) as to_key,
        interview_stories.rule,
        case when interview_stories.is_linked then 1 else 0 end as confidence,
        interview_stories.is_linked,
        interview_stories.reason
    from {{ ref('int_interview_stories') }} as interview_stories
    union all
    select
        'flag' as from_kind,
        flag_stories.flag_key as from_key,
        'story' as to_kind,
        coalesce(flag_stories.story_key, flag_stories.mentioned_key) as to_key,
        flag_stories.rule,
        case when flag_stories.is_linked then flag_stories.confidence else 0 end as confidence,
        flag_stories.is_linked,
        flag_stories.reason
    from {{ ref('int_flag_stories') }} as flag_stories
    union all
    select
        'story' as from_kind,
        story_links.story_key as from_key,
        'story' as to_kind,
        coalesce(story_links.to_story_key, story_links.to_key) as to_key,
        story_links.relation as rule,
        case when story_links.is_linked then 1 else 0 end as confidence,
        story_links.is_linked,
        story_links.reason
    from {{ ref('int_story_links') }} as story_links
),

final as (
    select
        md5(concat_ws(
            chr(31), links.from_kind, links.from_key, links.to_kind, coalesce(links.to_key, ''), links.rule
        )) as link_id,
        links.from_kind,
        links.from_key,
        links.to_kind,
        links.to_key,
        links.rule,
        cast(links.confidence as double) as confidence,
        links.is_linked,
        links.reason
    from links
)

select * from final

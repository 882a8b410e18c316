-- One row per link to a story and per refusal, of whatever may belong to one: pull requests, interviews, flags, topics,
-- product events, incidents, other stories.
with final as (
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
    select 'change', change_key, 'story', mentioned_key, rule, 0, false, reason
    from {{ ref('int_change_stories') }}
    where not is_linked
    union all
    select 'change', change_key, 'story', null, 'none', 0, false, reason
    from {{ ref('int_unlinked_changes') }}
    union all
    select
        'interview',
        interview_id,
        'story',
        coalesce(story_key, ticket_key),
        rule,
        case when is_linked then 1 else 0 end,
        is_linked,
        reason
    from {{ ref('int_interview_stories') }}
    union all
    select
        'flag',
        flag_key,
        'story',
        coalesce(story_key, mentioned_key),
        rule,
        case when is_linked then confidence else 0 end,
        is_linked,
        reason
    from {{ ref('int_flag_stories') }}
    union all
    select 'flag', flag_key, 'story', null, 'none', 0, false, reason
    from {{ ref('int_unlinked_flags') }}
    union all
    select
        from_kind,
        from_key,
        'story',
        coalesce(story_key, mentioned_key),
        rule,
        case when is_linked then 1 else 0 end,
        is_linked,
        reason
    from {{ ref('int_topic_stories') }}
    union all
    select
        'feature_event',
        event_name,
        'story',
        coalesce(story_key, mentioned_key),
        rule,
        case when is_linked then confidence else 0 end,
        is_linked,
        reason
    from {{ ref('int_feature_event_stories') }}
    union all
    select 'story', story_key, 'feature_event', null, 'none', 0, false, reason
    from {{ ref('int_story_uses') }}
    where not is_linked
    union all
    select 'incident', incident_id, 'story', story_key, rule, confidence, true, reason
    from {{ ref('int_incident_stories') }}
    union all
    select
        'story',
        story_key,
        'story',
        coalesce(to_story_key, to_key),
        relation,
        case when is_linked then 1 else 0 end,
        is_linked,
        reason
    from {{ ref('int_story_links') }}
)

select * from final

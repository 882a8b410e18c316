-- One row per product event and story that it may belong to: the one whose feature was used, or why it is not that.
{{ config(materialized='table') }}

with mentions as (
    select * from {{ ref('int_feature_event_mentions') }}
),

-- Only the surest place that names a story counts, and nothing is used that nobody ever told of.
ranked as (
    select
        mentions.*,
        min(mentions.precedence) filter (where mentions.story_key is not null) over own as surest_precedence,
        min_by(mentions.place, case when mentions.story_key is not null then mentions.precedence end)
            over own as surest_place
    from mentions
    window own as (partition by mentions.event_name)
),

final as (
    select
        ranked.event_name,
        ranked.mentioned_key,
        ranked.story_key,
        ranked.place as rule,
        ranked.first_seen_at,
        ranked.confidence,
        coalesce(
            ranked.story_key is not null
            and ranked.first_seen_at is not null
            and ranked.precedence = ranked.surest_precedence,
            false
        ) as is_linked,
        case
            when ranked.story_key is null and ranked.is_of_flag
                then 'its property names the flag ' || ranked.mentioned_key || ', of which no story is known'
            when ranked.story_key is null and ranked.place = 'property'
                then 'its property says ' || ranked.mentioned_key || ', which is no ticket and no flag that is known'
            when ranked.story_key is null then 'no ticket ' || ranked.mentioned_key || ' is known'
            when ranked.first_seen_at is null then 'no product event of this name has come'
            when ranked.precedence > ranked.surest_precedence
                then
                    ranked.mentioned_key || ' stands in the ' || ranked.place || ', but another story is named in the '
                    || ranked.surest_place
            when ranked.place = 'settings' then 'the settings name ' || ranked.mentioned_key
            when ranked.place = 'flag in the property'
                then 'its property names the flag ' || ranked.mentioned_key || ', which lets the story out'
            else ranked.mentioned_key || ' stands in the ' || ranked.place
        end as reason
    from ranked
)

select * from final

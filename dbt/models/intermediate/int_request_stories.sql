-- One row per story, theme, person and item: a wish about what the story brought. The item, or one merged into it, says
-- which story it is about; where none does, the settings say it of the theme.
{{ config(materialized='table') }}

with mentions as (
    select * from {{ ref('int_request_mentions') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

statement_keys as (
    select
        statements.statement_kind as item_kind,
        statements.item_key as item_id,
        unnest(statements.story_keys) as mentioned_key
    from {{ ref('int_user_statements') }} as statements
),

named as (
    select distinct
        statement_keys.item_kind,
        statement_keys.item_id,
        ticket_keys.story_key
    from statement_keys
    inner join ticket_keys on statement_keys.mentioned_key = ticket_keys.ticket_key
),

themes as (
    select
        topic_stories.from_key as theme,
        topic_stories.story_key
    from {{ ref('int_topic_stories') }} as topic_stories
    where topic_stories.from_kind = 'topic' and topic_stories.is_linked
),

by_item as (
    select
        named.story_key,
        mentions.*,
        'item' as rule
    from mentions
    inner join named on mentions.item_kind = named.item_kind and mentions.item_id = named.item_id
),

by_theme as (
    select
        themes.story_key,
        mentions.*,
        'settings' as rule
    from mentions
    inner join themes on mentions.theme = themes.theme
    left join named on mentions.item_kind = named.item_kind and mentions.item_id = named.item_id
    where named.item_id is null
),

final as (
    select * from by_item
    union all
    select * from by_theme
)

select * from final

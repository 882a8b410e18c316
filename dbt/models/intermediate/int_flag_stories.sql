-- One row per flag and word about it that looks like a ticket key: the story that it lets out, or why it is not that.
{{ config(materialized='table') }}

with mentions as (
    select * from {{ ref('int_flag_mentions') }}
),

flags as (
    select * from {{ ref('int_flags') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

projects as (
    select distinct split_part(ticket_keys.ticket_key, '-', 1) as prefix
    from ticket_keys
),

resolved as (
    select
        mentions.*,
        split_part(mentions.mentioned_key, '-', 1) as prefix,
        ticket_keys.story_key
    from mentions
    left join ticket_keys on mentions.mentioned_key = ticket_keys.ticket_key
),

-- Only the surest place that names a story counts: a description often tells of others.
ranked as (
    select
        resolved.*,
        min_by(resolved.place, case when resolved.story_key is not null then resolved.precedence end)
            over own as surest_place,
        min(resolved.precedence) filter (where resolved.story_key is not null) over own as surest_precedence,
        row_number() over (
            partition by resolved.flag_id, coalesce(resolved.story_key, resolved.mentioned_key)
            order by resolved.precedence, resolved.mentioned_key
        ) as naming
    from resolved
    window own as (partition by resolved.flag_id)
),

-- A key or a tag is full of words with numbers, so there only a known project's prefix, or one that is often taken for
-- a key, is worth an explanation.
final as (
    select
        ranked.flag_id,
        flags.flag_key,
        ranked.mentioned_key,
        ranked.story_key,
        ranked.place as rule,
        ranked.confidence,
        ranked.story_key is not null and ranked.precedence = ranked.surest_precedence as is_linked,
        case
            when ranked.story_key is null and lower(ranked.prefix) in ({{ setting_values('ignored_key_prefixes') }})
                then ranked.mentioned_key || ' only looks like a ticket key'
            when ranked.story_key is null then 'no ticket ' || ranked.mentioned_key || ' is known'
            when ranked.precedence = ranked.surest_precedence
                then ranked.mentioned_key || ' stands in the ' || ranked.place
            else
                ranked.mentioned_key || ' stands in the ' || ranked.place
                || ', but the ' || ranked.surest_place || ' names another story'
        end as reason
    from ranked
    inner join flags on ranked.flag_id = flags.flag_id
    where
        ranked.naming = 1
        and (
            ranked.story_key is not null
            or ranked.place not in ('tag', 'key of the flag')
            or lower(ranked.prefix) in ({{ setting_values('ignored_key_prefixes') }})
            or ranked.prefix in (select projects.prefix from projects)
        )
)

select * from final

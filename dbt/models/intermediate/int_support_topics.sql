-- One row per support ticket and topic; `other` where no rule finds anything in it or in what was merged with it.
{{ config(materialized='table') }}

with statements as (
    select * from {{ ref('int_user_statements') }}
    where statement_kind = 'ticket'
),

matches as (
    select * from {{ ref('int_topic_matches') }}
    where statement_kind = 'ticket' and kind = 'topic'
),

-- "Me too", merged into a ticket on exports, is about exports.
found as (
    select
        statements.item_key,
        matches.topic,
        any_value(matches.rule_version) as rule_version,
        any_value(matches.frozen_on) as frozen_on
    from matches
    inner join statements on matches.statement_key = statements.statement_key
    group by statements.item_key, matches.topic
),

final as (
    select
        statements.statement_key as support_key,
        statements.item_key as root_key,
        coalesce(found.topic, 'other') as topic,
        found.rule_version,
        found.frozen_on,
        matches.topic is not null as is_by_own_words,
        statements.person as requester,
        statements.organization,
        statements.said_at as created_at,
        statements.is_counted
    from statements
    left join found on statements.item_key = found.item_key
    left join matches on statements.statement_key = matches.statement_key and found.topic = matches.topic
)

select * from final

-- One row per theme, person and item: who wished for what, and where; merged tickets are one item, our own people none.
{{ config(materialized='table') }}

with statements as (
    select * from {{ ref('int_user_statements') }}
    where is_counted
),

matches as (
    select * from {{ ref('int_topic_matches') }}
    where kind = 'request'
),

final as (
    select
        matches.topic as theme,
        statements.person,
        statements.item_key as item_id,
        statements.statement_kind as item_kind,
        matches.rule_version,
        matches.frozen_on,
        min(statements.said_at) as said_at,
        min(statements.url) as url,
        list_sort(list_distinct(flatten(list(statements.story_keys)))) as story_keys
    from matches
    inner join statements
        on matches.statement_kind = statements.statement_kind and matches.statement_key = statements.statement_key
    group by
        matches.topic,
        statements.person,
        statements.item_key,
        statements.statement_kind,
        matches.rule_version,
        matches.frozen_on
)

select * from final

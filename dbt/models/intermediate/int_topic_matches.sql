-- One row per thing that a user said and rule that finds something in it: the newest version of each topic.
-- Every rule is a constant of the query, so each pattern is compiled once and a million tickets are one pass.
{{ config(materialized='table') }}

with statements as (
    select * from {{ ref('int_user_statements') }}
),

rules as (
    select * from {{ ref('stg_settings__topic_rules') }}
),

-- A five-megabyte text costs no more than its beginning, where people say what they want.
searched as (
    select
        statements.statement_kind,
        statements.statement_key,
        coalesce(statements.title, '') as title,
        array_to_string(statements.tags, chr(10)) as tags,
        coalesce(left(statements.body, 20000), '') as body
    from statements
),

found as (
    select
        searched.statement_kind,
        searched.statement_key,
        unnest(cast([
            {% for rule in var('topic_rules') -%}
            case
                when regexp_matches(
                    {{ {
                        'all': "searched.title || chr(10) || searched.tags || chr(10) || searched.body",
                        'title': 'searched.title', 'text': 'searched.body', 'tags': 'searched.tags',
                    }[rule['applies_to']] }},
                    {{ sql_text('(?:' ~ rule['patterns'] | join(')|(?:') ~ ')') }},
                    'i'
                ) then {{ loop.index0 }}
            end{{ ', ' if not loop.last }}
            {% endfor -%}
        ] as integer[])) as rule_number
    from searched
),

final as (
    select
        found.statement_kind,
        found.statement_key,
        rules.topic,
        rules.kind,
        rules.rule_version,
        rules.frozen_on
    from found
    inner join rules on found.rule_number = rules.rule_number
    where rules.is_newest
)

select * from final

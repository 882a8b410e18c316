-- One row per thing that a user said and rule that finds something in it: the newest version of each topic.
-- Every pattern is a constant of the query, so it is compiled once. All together are searched for first, in one pass:
-- most of what people say holds none, and only the rest is asked rule by rule.
{{ config(materialized='table') }}
{%- set fields = {
    'all': "searched.title || chr(10) || searched.tags || chr(10) || searched.body",
    'title': 'searched.title', 'text': 'searched.body', 'tags': 'searched.tags',
} %}

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

candidates as (
    select *
    from searched
    where {% for field, asked in var('topic_rules') | groupby('applies_to') %}
        {{ found_in(fields[field], asked | map(attribute='patterns') | sum(start=[])) }} or
        {% endfor %} false
),

found as (
    select
        searched.statement_kind,
        searched.statement_key,
        unnest(cast([
            {% for rule in var('topic_rules') -%}
            case when {{ found_in(fields[rule['applies_to']], rule['patterns']) }} then {{ loop.index0 }} end
            {{- ', ' if not loop.last }}
            {% endfor -%}
        ] as integer[])) as rule_number
    from candidates as searched
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

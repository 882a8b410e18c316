-- One row per topic of support tickets: that of each rule in its newest version, and `other`, which none finds.
with final as (
    select
        rules.topic,
        cast(rules.rule_version as bigint) as rule_version,
        rules.frozen_on
    from {{ ref('stg_settings__topic_rules') }} as rules
    where rules.is_newest and rules.kind = 'topic'
    union all
    select
        'other' as topic,
        cast(null as bigint) as rule_version,
        cast(null as date) as frozen_on
)

select * from final

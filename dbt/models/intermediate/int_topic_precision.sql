-- One row per topic rule and part of time: of the tickets that it found and somebody read, how many are about it.
with rules as (
    select * from {{ ref('stg_settings__topic_rules') }}
    where is_newest and kind = 'topic'
),

parts as (
    select
        rules.*,
        rules.topic as scope,
        cast(null as boolean) as is_after
    from rules
    union all
    select
        rules.*,
        rules.topic || ' before ' || rules.compare_at,
        false
    from rules
    where rules.compare_at is not null
    union all
    select
        rules.*,
        rules.topic || ' from ' || rules.compare_at,
        true
    from rules
    where rules.compare_at is not null
),

read_and_found as (
    select
        topics.topic,
        topics.created_at,
        labels.is_about
    from {{ ref('int_support_topics') }} as topics
    inner join {{ ref('int_topic_labels') }} as labels
        on topics.support_key = labels.support_key and topics.topic = labels.topic
    -- What a ticket has by its merging is no word of the rule's.
    where topics.is_by_own_words
),

counted as (
    select
        parts.topic,
        parts.scope,
        parts.rule_version,
        parts.frozen_on,
        count(read_and_found.topic) as labelled,
        count(*) filter (where read_and_found.is_about) as right_ones
    from parts
    left join read_and_found
        on
            parts.topic = read_and_found.topic
            and (
                parts.is_after is null
                or parts.is_after = (timezone('UTC', read_and_found.created_at) >= parts.compare_at)
            )
    group by parts.topic, parts.scope, parts.rule_version, parts.frozen_on
),

measured as (
    select
        counted.*,
        counted.right_ones / nullif(cast(counted.labelled as double), 0) as precision_share,
        {{ wilson('low', 'counted.right_ones', 'counted.labelled') }} as low,
        {{ wilson('high', 'counted.right_ones', 'counted.labelled') }} as high
    from counted
),

final as (
    select
        measured.*,
        measured.labelled < 50 as is_too_few,
        case
            when measured.labelled = 0 then 'too few: nobody has read any of the tickets that it found; 50 are needed'
            else
                case when measured.labelled < 50 then 'too few, 50 are needed: ' else '' end
                || format('{:.0f} % of what it found is right', 100 * measured.precision_share)
                || format(' (95 % interval {:.0f} to {:.0f}', 100 * measured.low, 100 * measured.high)
                || ', n = ' || measured.labelled || ')'
        end
        || '; rule version ' || measured.rule_version
        || coalesce(', frozen on ' || measured.frozen_on, ', not said to be frozen') as detail
    from measured
)

select * from final

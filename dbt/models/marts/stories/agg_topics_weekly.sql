-- One row per topic of support tickets and week, from the first ticket's to that of as_of: how many were asked, by how
-- many, and how often per active user. A week in which nobody asked is a row of zeros.
with tickets as (
    select
        tickets.*,
        {{ week_of('tickets.asked_at') }} as week_on
    from {{ ref('int_topic_tickets') }} as tickets
),

counted as (
    select
        tickets.topic,
        tickets.week_on,
        count(*) as tickets
    from tickets
    group by tickets.topic, tickets.week_on
),

totals as (
    select
        tickets.week_on,
        count(distinct tickets.root_key) as all_tickets
    from tickets
    group by tickets.week_on
),

-- Whoever asks again is counted in the week of asking, though the tickets were merged into one.
requesters as (
    select
        asked.topic,
        {{ week_of('asked.created_at') }} as week_on,
        count(distinct asked.requester) as requesters,
        count(distinct asked.organization) as accounts
    from {{ ref('int_support_topics') }} as asked
    where asked.is_counted
    group by asked.topic, {{ week_of('asked.created_at') }}
),

active as (
    select
        cast(date_trunc('week', days.day_on) as date) as week_on,
        sum(days.active_people) as active_user_days,
        -- Of the week in which product events begin only a part is known.
        min(min(days.day_on)) over () as known_from
    from {{ ref('int_active_days') }} as days
    group by cast(date_trunc('week', days.day_on) as date)
),

weeks as (
    select
        topics.*,
        unnest(generate_series(
            (select min(tickets.week_on) from tickets), {{ week_of(as_of()) }}, interval 7 day
        )) as week_at
    from {{ ref('int_topics') }} as topics
),

spans as (
    select
        cast(weeks.week_at as date) as week_on,
        weeks.topic,
        weeks.rule_version,
        weeks.frozen_on,
        (weeks.week_at + interval 7 day) at time zone 'UTC' <= {{ as_of() }}
        and coalesce((weeks.week_at + interval 7 day) at time zone 'UTC' <= {{ known_until() }}, true) as is_complete
    from weeks
),

final as (
    select
        spans.week_on,
        spans.topic,
        spans.rule_version,
        spans.frozen_on,
        spans.is_complete,
        coalesce(counted.tickets, 0) as tickets,
        coalesce(requesters.requesters, 0) as requesters,
        coalesce(requesters.accounts, 0) as accounts,
        cast(active.active_user_days as bigint) as active_user_days,
        1000 * coalesce(counted.tickets, 0) / nullif(cast(active.active_user_days as double), 0)
            as tickets_per_thousand_user_days,
        coalesce(totals.all_tickets, 0) as all_tickets,
        1000 * coalesce(totals.all_tickets, 0) / nullif(cast(active.active_user_days as double), 0)
            as all_tickets_per_thousand_user_days
    from spans
    left join counted on spans.topic = counted.topic and spans.week_on = counted.week_on
    left join totals on spans.week_on = totals.week_on
    left join requesters on spans.topic = requesters.topic and spans.week_on = requesters.week_on
    left join active on spans.week_on = active.week_on and spans.week_on >= active.known_from
)

select * from final

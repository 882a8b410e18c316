-- One row per story that carries a label of specification: when it got the first one.
with tickets as (
    select
        *,
        string_split(lower(array_to_string(labels, chr(10))), chr(10)) as lower_labels
    from {{ ref('int_tickets') }}
),

label_changes as (
    select
        tickets.story_key,
        events.occurred_at,
        regexp_split_to_array(lower(coalesce(events.from_value, '')), '[\s,]+') as labels_before,
        regexp_split_to_array(lower(coalesce(events.to_value, '')), '[\s,]+') as labels_after
    from {{ ref('stg_events__ticket') }} as events
    inner join tickets
        on
            events.source = tickets.source
            and events.instance = tickets.instance
            and events.subject = tickets.subject
    where events.event_type = 'ticket.field_changed' and events.field = 'labels'
),

spec_labels as (
    select labels.label
    from (select unnest([{{ setting_values('spec_labels') }}]) as label) as labels
    where labels.label <> ''
),

added as (
    select
        label_changes.story_key,
        spec_labels.label,
        min(label_changes.occurred_at) filter (
            where
            list_contains(label_changes.labels_after, spec_labels.label)
            and not list_contains(label_changes.labels_before, spec_labels.label)
        ) as added_at
    from label_changes
    cross join spec_labels
    group by label_changes.story_key, spec_labels.label
),

-- A label that is there and was never added came with the ticket.
created_with as (
    select
        tickets.story_key,
        spec_labels.label,
        tickets.created_at as added_at
    from tickets
    cross join spec_labels
    left join added
        on
            tickets.story_key = added.story_key
            and spec_labels.label = added.label
            and added.added_at is not null
    where
        added.story_key is null
        and list_contains(tickets.lower_labels, spec_labels.label)
),

final as (
    select
        specs.story_key,
        min(specs.added_at) as spec_label_at
    from (
        select * from added
        union all
        select * from created_with
    ) as specs
    group by specs.story_key
)

select * from final

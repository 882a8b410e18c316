-- One row per story that carries a specification's label, links to one or was given a draft: when it got the first.
with tickets as (
    select
        *,
        string_split(lower(array_to_string(labels, chr(10))), chr(10)) as lower_labels
    from {{ ref('int_tickets') }}
),

ticket_events as (
    select * from {{ ref('int_ticket_events') }}
),

spec_labels as (
    select labels.label
    from (select unnest([{{ setting_values('spec_labels') }}]) as label) as labels
    where labels.label <> ''
),

label_changes as (
    select
        ticket_events.story_key,
        ticket_events.occurred_at,
        string_split_regex(lower(coalesce(ticket_events.from_value, '')), '[\s,]+') as labels_before,
        string_split_regex(lower(coalesce(ticket_events.to_value, '')), '[\s,]+') as labels_after
    from ticket_events
    where ticket_events.event_type = 'ticket.field_changed' and ticket_events.field = 'labels'
),

added as (
    select
        label_changes.story_key,
        spec_labels.label,
        min(label_changes.occurred_at) as specified_at
    from label_changes
    inner join spec_labels
        on
            list_contains(label_changes.labels_after, spec_labels.label)
            and not list_contains(label_changes.labels_before, spec_labels.label)
    group by label_changes.story_key, spec_labels.label
),

-- A label that is there and was never added came with the ticket.
created_with as (
    select
        tickets.story_key,
        spec_labels.label,
        tickets.created_at as specified_at
    from tickets
    inner join spec_labels on list_contains(tickets.lower_labels, spec_labels.label)
    left join added on tickets.story_key = added.story_key and spec_labels.label = added.label
    where added.story_key is null
),

-- A link to a document counts where the history tells when it was made.
linked as (
    select
        ticket_events.story_key,
        'link' as label,
        ticket_events.linked_at as specified_at
    from ticket_events
    where
        ticket_events.event_type = 'ticket.remote_linked'
        and ticket_events.linked_at is not null
        and regexp_matches(ticket_events.title, {{ sql_text(var('spec_link_pattern')) }}, 'i')
),

-- A draft that was posted on the ticket counts from then on, whatever became of it.
posted as (
    select
        tickets.story_key,
        'posted' as label,
        own_events.occurred_at as specified_at
    from {{ ref('stg_events__own') }} as own_events
    inner join tickets on own_events.tracker = tickets.source and own_events.subject = tickets.subject
    where own_events.event_type = 'spec.posted' and {{ var('spec_posts') }}
),

specs as (
    select * from added
    union all
    select * from created_with
    union all
    select * from linked
    union all
    select * from posted
),

final as (
    select
        specs.story_key,
        min(specs.specified_at) as spec_label_at
    from specs
    group by specs.story_key
)

select * from final

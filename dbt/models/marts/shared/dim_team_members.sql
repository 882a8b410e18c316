-- One row per person, team and time in which the person worked for it and for the same number of other teams.
with memberships as (
    select
        *,
        coalesce(valid_to, date '9999-12-31') as ends_on
    from {{ ref('int_team_memberships') }}
),

-- Wherever somebody joins or leaves any team, the share of each of their teams may change.
cuts as (
    select memberships.person_key, memberships.valid_from as cut_on from memberships
    union
    select memberships.person_key, memberships.ends_on from memberships
),

pieces as (
    select
        cuts.person_key,
        cuts.cut_on as begins_on,
        lead(cuts.cut_on) over (partition by cuts.person_key order by cuts.cut_on) as ends_on
    from cuts
),

final as (
    select
        memberships.person_key,
        memberships.source,
        memberships.team,
        pieces.begins_on as valid_from,
        nullif(pieces.ends_on, date '9999-12-31') as valid_to,
        memberships.valid_from as member_since,
        memberships.valid_to as member_until,
        cast(memberships.act_count as bigint) as act_count,
        cast(count(*) over (partition by memberships.person_key, pieces.begins_on) as integer) as team_count,
        1.0 / cast(count(*) over (partition by memberships.person_key, pieces.begins_on) as double) as weight
    from memberships
    inner join pieces
        on
            memberships.person_key = pieces.person_key
            and memberships.valid_from <= pieces.begins_on
            and memberships.ends_on >= pieces.ends_on
)

select * from final

-- On the first day of any row, the weights of a person over all teams add up to one, and no two rows of a person and a
-- team hold on the same day.
select
    days.person_key,
    days.valid_from,
    sum(members.weight) as weight,
    count(*) as rows_of_the_day,
    count(distinct members.team) as teams
from (select distinct person_key, valid_from from {{ ref('dim_team_members') }}) as days
inner join {{ ref('dim_team_members') }} as members
    on
        days.person_key = members.person_key
        and days.valid_from >= members.valid_from
        and (members.valid_to is null or days.valid_from < members.valid_to)
group by days.person_key, days.valid_from
having abs(sum(members.weight) - 1) > 1e-9 or count(*) <> count(distinct members.team)

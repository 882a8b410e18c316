-- Which stories' code was in the deployments that are blamed for incidents?
-- Answer: one row per story: how many incidents, how many of them critical, and the hours that they lasted.
-- Limits: a deployment carries several pull requests, and all of their stories are named: it is where to look, not who
-- is guilty. Incidents that blame no deployment are in none of these rows.
with carried as (
    select
        changes.deployment_id,
        unnest(changes.story_keys) as story_key
    from marts.fct_changes as changes
    where changes.deployment_id is not null
)

select
    stories.story_key,
    stories.team,
    stories.title,
    count(distinct incidents.incident_id) as incidents,
    count(distinct incidents.incident_id) filter (where incidents.is_critical) as critical,
    round(sum(incidents.open_seconds) / 3600, 2) as hours
from (select distinct * from carried) as carried
inner join marts.fct_incidents as incidents on carried.deployment_id = incidents.deployment_id
inner join marts.fct_stories as stories on carried.story_key = stories.story_key
group by stories.story_key, stories.team, stories.title
order by incidents desc, hours desc, stories.story_key

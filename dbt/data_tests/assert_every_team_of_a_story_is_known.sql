-- A filter by team offers every team that owns a story.
select distinct stories.team
from {{ ref('fct_stories') }} as stories
left join {{ ref('dim_teams') }} as teams on stories.team = teams.team
where stories.team is not null and teams.team is null

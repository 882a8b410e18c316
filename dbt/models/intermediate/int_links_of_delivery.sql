-- One row per link and refusal between commits, pull requests, builds, deployments, flags, and the incidents that they
-- are blamed for.
with final as (
    select
        from_kind,
        from_key,
        'deployment' as to_kind,
        to_key,
        rule,
        confidence,
        is_linked,
        reason
    from {{ ref('int_deployment_links') }}
    union all
    select 'build', build_key, 'change', change_key, rule, confidence, is_linked, reason
    from {{ ref('int_build_changes') }}
    union all
    select 'commit', repository || '@' || sha, 'change', change_key, rule, confidence, is_linked, reason
    from {{ ref('int_commit_changes') }}
    union all
    select 'change', change_key, 'change', other_key, rule, confidence, is_linked, reason
    from {{ ref('int_change_relations') }}
    union all
    select 'change', change_key, 'flag', coalesce(flag_key, named), rule, confidence, is_linked, reason
    from {{ ref('int_change_flags') }}
    union all
    select 'deployment', deployment_id, 'change', null, 'none', 0, false, reason
    from {{ ref('int_unlinked_deployments') }}
    union all
    select 'deployment', deployment_id, 'build', build_key, rule, confidence, is_linked, reason
    from {{ ref('int_deployment_builds') }}
    union all
    select from_kind, from_key, 'flag', coalesce(flag_key, named), rule, confidence, is_linked, reason
    from {{ ref('int_flag_uses') }}
)

select * from final

-- What Python estimates between the two halves of a transform. Derived: emptied and computed again without loss.

-- What each table was computed of, so that the same rows are not estimated twice.
create table results.estimates (
    table_name varchar not null,
    definition_version bigint not null,
    frames_digest varchar not null
);

create table results.ai_comparison (
    comparison varchar not null,
    measure varchar not null,
    stage varchar not null,
    position bigint not null,
    stratum varchar not null,
    n_before bigint not null,
    n_after bigint not null,
    n_open_before bigint not null,
    n_open_after bigint not null,
    n_cancelled bigint not null,
    n_out_of_order bigint not null,
    n_developers_before bigint not null,
    n_developers_after bigint not null,
    median_before_seconds double,
    median_after_seconds double,
    rate_before double,
    rate_after double,
    ratio double,
    ci_low double,
    ci_high double,
    difference double,
    difference_low double,
    difference_high double,
    crude_ratio double,
    crude_ci_low double,
    crude_ci_high double,
    trend_ratio double,
    trend_ci_low double,
    trend_ci_high double,
    yearly_ratio double,
    verdict varchar not null,
    reason varchar not null,
    method varchar not null,
    definition_version bigint not null,
    as_of timestamptz not null
);

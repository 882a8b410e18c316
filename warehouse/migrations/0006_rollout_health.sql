-- What is said of each step of each rollout, and which changes of it somebody was alerted to.

create table results.rollout_health (
    flag_key varchar not null,
    environment varchar not null,
    epoch bigint not null,
    step bigint not null,
    guardrail varchar not null,
    treated_value double,
    control_value double,
    threshold double not null,
    n_treated bigint not null,
    n_control bigint not null,
    treated_low double,
    ratio double,
    ratio_low double,
    verdict varchar not null,
    reason varchar not null,
    window_started_at timestamptz,
    window_ended_at timestamptz,
    definition_version bigint not null
);

-- Not derived, so in the log: whoever was alerted is not alerted again, whatever is built anew.
create table log.alerts (
    event_id varchar not null,
    -- `sending` is written before anything is sent: whoever finds it knows that it may have arrived.
    state varchar not null,
    attempts bigint not null,
    marked_at timestamptz not null,
    error varchar
);

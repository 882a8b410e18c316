-- What is said on tickets. Not derived, so in a schema that nothing drops: what was posted is known from here alone.
create schema if not exists outbox;

-- One row per message: of a story, kind, epoch and definition. It is said once; a later version is written in its place.
create table outbox.messages (
    message_id varchar not null,
    story_key varchar not null,
    kind varchar not null,
    epoch bigint not null,
    definition_version varchar not null,
    source varchar not null,
    instance varchar not null,
    ticket_key varchar not null,
    project_key varchar not null,
    version bigint not null,
    state varchar not null,
    reason varchar not null,
    is_backfill boolean not null,
    shipped_at timestamptz not null,
    created_at timestamptz not null,
    -- `attempted_at` is written before anything is sent: whoever finds it knows that it may have arrived.
    attempted_at timestamptz,
    sent_at timestamptz,
    sent_version bigint,
    remote_id varchar,
    error varchar
);

-- Each text that a message ever had. Append-only.
create table outbox.versions (
    message_id varchar not null,
    version bigint not null,
    body varchar not null,
    document varchar not null,
    content_hash varchar not null,
    facts varchar not null,
    facts_digest varchar not null,
    author varchar not null,
    is_final boolean not null,
    created_at timestamptz not null
);

-- Each change of a state, with its reason. Append-only.
create table outbox.transitions (
    message_id varchar not null,
    transition_number bigint not null,
    version bigint not null,
    from_state varchar,
    to_state varchar not null,
    reason varchar not null,
    changed_at timestamptz not null
);

-- Since when comments are shown (`dry_run`) and since when they are written (`on`), where the settings do not say.
create table outbox.switched (
    switched_to varchar not null,
    switched_at timestamptz not null
);

-- Each call of a language model that was to word a comment, noted before anything was done with its answer. Append-only.
create table outbox.model_calls (
    story_key varchar not null,
    epoch bigint not null,
    facts_digest varchar not null,
    prompt_version varchar not null,
    model varchar not null,
    attempt bigint not null,
    raw_answer varchar not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cost_usd double not null,
    verdict varchar not null,
    reasons varchar[] not null,
    called_at timestamptz not null
);

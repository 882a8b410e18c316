-- One row per explicit sign that an AI wrote or reviewed: where it stands, the pattern that finds it, how strong it is.
-- Kinds: `trailer`, `checkbox` and `footer` are regular expressions over texts, `author` and `reviewer` are logins,
-- `branch` the first letters of a branch, `label` a label of a pull request, `note` a ref of git notes.
-- Not AI, so nowhere here: bots that move versions (dependabot, renovate, github-actions) and what a forge commits for
-- whoever pressed its button. Too weak, so nowhere here: a tool's bare name or address in a text, as `[Cursor]`,
-- `devin.ai`, `aider` or `claude sonnet`; people write about tools too. Nor is anybody's style a sign.
with listed as (
    select unnest(from_json(
        {{ sql_text(tojson(var('ai_signals'))) }},
        '[{"kind": "varchar", "pattern": "varchar", "tool": "varchar", "is_declared": "boolean"}]'
    )) as signal
),

told as (
    select
        listed.signal.kind,
        listed.signal.pattern,
        listed.signal.tool,
        case when listed.signal.is_declared then 'declared' end as strength
    from listed
),

built_in as (
    select signals.*
    from (
        values
        (
            'trailer',
            '(?im)^\s*(assisted|generated)-by:\s*\S*(claude|codex|copilot|cursor|aider|devin|gemini|gpt)',
            'declared',
            'declared'
        ),
        -- The kernel's form, `Assisted-by: AGENT:MODEL`, names agents that nobody can list.
        ('trailer', '(?im)^\s*assisted-by:\s*[\w.-]+:[\w.-]+', 'declared', 'declared'),
        ('checkbox', '(?im)^\s*[-*]\s*\[x\].*\b(ai|llm)\b.*\b(assist|generat|writ|help|used)', 'declared', 'declared'),
        ('note', 'refs/notes/ai', 'git-ai', 'provenance'),
        ('note', 'refs/notes/agent-trace', 'Agent Trace', 'provenance'),
        ('note', 'refs/notes/whogitit', 'whogitit', 'provenance'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?noreply@anthropic\.com', 'Claude', 'authorship'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?noreply@aider\.chat', 'aider', 'authorship'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?cursoragent@cursor\.com', 'Cursor', 'authorship'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?noreply@openai\.com', 'Codex', 'authorship'),
        ('trailer', '(?im)^\s*co-authored-by:.*copilot-swe-agent', 'Copilot', 'authorship'),
        ('trailer', '(?im)^\s*co-authored-by:.*devin-ai-integration', 'Devin', 'authorship'),
        ('author', 'copilot-swe-agent', 'Copilot', 'authorship'),
        ('author', 'copilot', 'Copilot', 'authorship'),
        ('author', 'devin-ai-integration', 'Devin', 'authorship'),
        ('author', 'claude', 'Claude', 'authorship'),
        ('author', 'noreply@anthropic.com', 'Claude', 'authorship'),
        ('author', 'noreply@aider.chat', 'aider', 'authorship'),
        ('author', 'cursoragent', 'Cursor', 'authorship'),
        ('author', 'cursoragent@cursor.com', 'Cursor', 'authorship'),
        ('author', 'noreply@openai.com', 'Codex', 'authorship'),
        ('branch', 'copilot/', 'Copilot', 'authorship'),
        ('branch', 'cursor/', 'Cursor', 'authorship'),
        ('branch', 'codex/', 'Codex', 'authorship'),
        ('footer', '(?i)generated with \[?claude code', 'Claude', 'footer'),
        ('footer', '(?i)generated with \[?codex', 'Codex', 'footer'),
        ('footer', '(?i)generated with \[?cursor', 'Cursor', 'footer'),
        ('footer', '(?i)generated with \[?aider', 'aider', 'footer'),
        ('footer', '(?i)generated with \[?copilot', 'Copilot', 'footer'),
        ('footer', '(?i)generated with \[?devin', 'Devin', 'footer'),
        ('footer', '(?i)<!--\s*cursor_summary\s*-->', 'Cursor', 'footer'),
        ('reviewer', 'copilot-pull-request-reviewer', 'Copilot', 'review'),
        ('reviewer', 'copilot', 'Copilot', 'review'),
        ('reviewer', 'coderabbitai', 'CodeRabbit', 'review'),
        ('reviewer', 'sourcery-ai', 'Sourcery', 'review'),
        ('reviewer', 'gemini-code-assist', 'Gemini', 'review')
    ) as signals (kind, pattern, tool, strength)
),

known as (
    select
        told.*,
        1 as precedence
    from told
    union all
    select
        built_in.*,
        2 as precedence
    from built_in
),

reasons as (
    select reasons.*
    from (
        values
        ('label', 'declared', 'a person put a label on it'),
        ('checkbox', 'declared', 'a person ticked the box of the template'),
        ('trailer', 'authorship', 'a trailer names the tool'),
        ('note', 'provenance', 'the tool notes at the commit what it wrote'),
        ('author', 'authorship', 'the tool has an account or address of its own'),
        ('branch', 'authorship', 'the tool names its branches so'),
        ('footer', 'footer', 'the tool ends or marks its texts so'),
        ('reviewer', 'review', 'a bot that reviews; that says nothing of who wrote')
    ) as reasons (kind, usual, reason)
),

-- What the settings say of a pattern goes before what is built in.
final as (
    select
        known.kind,
        known.pattern,
        known.tool,
        coalesce(known.strength, reasons.usual) as strength,
        reasons.reason
    from known
    inner join reasons on known.kind = reasons.kind
    qualify row_number() over (partition by known.kind, known.pattern order by known.precedence, known.tool) = 1
)

select * from final

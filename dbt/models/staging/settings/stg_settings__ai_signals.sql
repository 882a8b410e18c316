-- One row per explicit sign that an AI wrote or reviewed: where it stands, and the pattern that finds it.
-- Kinds: `trailer` and `footer` are regular expressions over texts, `author` and `reviewer` logins, `branch` prefixes.
-- Bots that only move versions (dependabot, renovate, github-actions) are not AI and stand nowhere here.
with final as (
    select
        signals.kind,
        signals.pattern,
        signals.tool
    from (
        values
        ('trailer', '(?im)^\s*co-authored-by:.*<?noreply@anthropic\.com', 'Claude'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?noreply@aider\.chat', 'aider'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?cursoragent@cursor\.com', 'Cursor'),
        ('trailer', '(?im)^\s*co-authored-by:.*<?noreply@openai\.com', 'Codex'),
        ('trailer', '(?im)^\s*co-authored-by:.*copilot-swe-agent', 'Copilot'),
        ('trailer', '(?im)^\s*co-authored-by:.*devin-ai-integration', 'Devin'),
        (
            'trailer',
            '(?im)^\s*(assisted|generated)-by:\s*\S*(claude|codex|copilot|cursor|aider|devin|gemini|gpt)',
            'declared'
        ),
        -- The kernel's form, `Assisted-by: AGENT:MODEL`, names agents that nobody can list.
        ('trailer', '(?im)^\s*assisted-by:\s*[\w.-]+:[\w.-]+', 'declared'),
        ('footer', '(?i)generated with \[?(claude code|codex|cursor|aider|copilot|devin)', 'declared'),
        ('footer', '(?i)<!--\s*cursor_summary\s*-->', 'Cursor'),
        ('author', 'copilot-swe-agent', 'Copilot'),
        ('author', 'copilot', 'Copilot'),
        ('author', 'devin-ai-integration', 'Devin'),
        ('author', 'claude', 'Claude'),
        ('author', 'noreply@anthropic.com', 'Claude'),
        ('author', 'noreply@aider.chat', 'aider'),
        ('author', 'cursoragent', 'Cursor'),
        ('author', 'cursoragent@cursor.com', 'Cursor'),
        ('author', 'noreply@openai.com', 'Codex'),
        ('branch', 'copilot/', 'Copilot'),
        ('branch', 'cursor/', 'Cursor'),
        ('branch', 'codex/', 'Codex'),
        ('reviewer', 'copilot-pull-request-reviewer', 'Copilot'),
        ('reviewer', 'copilot', 'Copilot'),
        ('reviewer', 'coderabbitai', 'CodeRabbit'),
        ('reviewer', 'sourcery-ai', 'Sourcery'),
        ('reviewer', 'gemini-code-assist', 'Gemini')
    ) as signals (kind, pattern, tool)
)

select * from final

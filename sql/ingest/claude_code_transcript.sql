/* logcost
format       = "claude_code.transcript"
title        = "Claude Code transcripts (JSON Lines below ~/.claude/projects)"
reader       = "json_lines"
identify     = []
# A session that holds no answer yet, or only its titles and snapshots, is a transcript too.
identify_any = [
    ["sessionId", "timestamp", "message.role"], ["sessionId", "timestamp", "uuid"], ["leafUuid", "summary"],
    ["messageId", "snapshot", "isSnapshotUpdate"], ["sessionId", "timestamp", "operation"], ["sessionId", "permissionMode"],
    ["sessionId", "type", "mode"], ["sessionId", "customTitle"], ["sessionId", "aiTitle"], ["sessionId", "agentName"],
    ["sessionId", "lastPrompt"], ["sessionId", "prUrl"], ["sessionId", "worktreeSession"], ["sessionId", "relocatedCwd"],
    ["type", "agentId", "key"],
]
# Qwen Code writes lines of the same kind, with the messages and counts of Gemini's API.
identify_none = ["usageMetadata", "message.parts"]
keep         = ["message.usage"]
scope        = "row"
grain        = "request"
on_duplicate = "largest"
docs         = "https://docs.anthropic.com/en/docs/claude-code"
seen         = "2026-11"
about = '''
The JSON Lines below `~/.claude/projects`. Only answers carry usage; every other kind of record is skipped.

- One response stands in several rows, one for each block of content: they repeat the input, and only the last has the final output. Resumed and forked sessions and sub-agents copy rows of other files. So the key is `message.id` across all files, and the largest row counts, at the time of the first. Rows without an id are all kept.
- Skipped: model `<synthetic>`, and rows without a single token. A row with tokens but an unreadable time is rejected with that reason.
- `cwd` is the project, `sessionId` the session; branch, version and sub-agent are tags. `costUSD` of old versions is `reported_cost`.
- An advisor's call inside a response is a row of its own, as in [`anthropic.messages`](anthropic.messages.md).
'''

[fields]
type = "str"
timestamp = "time"
sessionId = "str"
cwd = "str"
gitBranch = "str"
version = "str"
agentId = "str"
isSidechain = "bool"
costUSD = "decimal"
[fields.message]
id = "str"
model = "str"
[fields.message.usage]
input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
output_tokens = "int"
service_tier = "str"
speed = "str"
inference_geo = "str"
[fields.message.usage.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.message.usage.output_tokens_details]
thinking_tokens = "int"
[fields.message.usage.server_tool_use]
web_search_requests = "int"
[[fields.message.usage.iterations]]
type = "str"
model = "str"
input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
output_tokens = "int"
[fields.message.usage.iterations.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.message.diagnostics.cache_miss_reason]
type = "str"
*/
-- One response is written as several rows, one a content block: they share message.id, repeat the input counts, and only the last
-- has the final output_tokens. Resumed and forked sessions and sub-agent (sidechain) files copy rows of other files. So the key
-- is message.id across all files, the largest row counts, at the time of the first. Rows without an id are all kept.
-- Skipped: what is no answer of the API (model <synthetic>), and rows without a single token.
WITH response AS (
    SELECT
        *,
        message.usage AS usage,
        map_from_entries(list_filter(
            [
                {'key': 'git_branch', 'value': nullif(gitBranch, '')},
                {'key': 'version', 'value': version},
                {'key': 'agent_id', 'value': agentId}
            ],
            lambda entry: entry.value IS NOT NULL
        )) AS tags
    FROM source
    WHERE coalesce(type, 'assistant') = 'assistant' AND coalesce(message.model, '') <> '<synthetic>'
),

-- Calls inside a response that its totals do not hold; an advisor has its own model (and no fast mode).
opened AS (
    SELECT
        *,
        -- 0: the response itself. Not a UNION: DuckDB would keep all columns for a second look (a third of the time).
        unnest(CASE WHEN len(usage.iterations) > 0 THEN range(len(usage.iterations) + 1) ELSE [0] END) AS position
    FROM response
),

iteration AS (
    SELECT *, CASE WHEN position > 0 THEN usage.iterations[position] END AS item
    FROM opened
),

part AS (
    SELECT
        file_id,
        line,
        timestamp,
        sessionId,
        cwd,
        isSidechain,
        tags,
        usage,
        CASE WHEN position = 0 THEN message.id ELSE nullif(message.id, '') || '#' || position END AS id,
        CASE WHEN position = 0 THEN message.model ELSE coalesce(item.model, message.model) END AS model,
        CASE WHEN position = 0 THEN usage.input_tokens ELSE item.input_tokens END AS input_tokens,
        CASE WHEN position = 0 THEN usage.output_tokens ELSE item.output_tokens END AS output_tokens,
        CASE WHEN position = 0 THEN usage.cache_read_input_tokens ELSE item.cache_read_input_tokens END AS read_tokens,
        CASE WHEN position = 0 THEN usage.cache_creation_input_tokens ELSE item.cache_creation_input_tokens END AS written_tokens,
        CASE
            WHEN position = 0 THEN usage.cache_creation.ephemeral_5m_input_tokens
            ELSE item.cache_creation.ephemeral_5m_input_tokens
        END AS written_5m,
        CASE
            WHEN position = 0 THEN usage.cache_creation.ephemeral_1h_input_tokens
            ELSE item.cache_creation.ephemeral_1h_input_tokens
        END AS written_1h,
        CASE WHEN position = 0 OR item.type = 'compaction' THEN usage.speed END AS speed,
        CASE WHEN position = 0 THEN usage.output_tokens_details.thinking_tokens END AS thinking_tokens,
        CASE WHEN position = 0 THEN usage.server_tool_use.web_search_requests END AS web_search_requests,
        CASE WHEN position = 0 THEN nullif(message.diagnostics.cache_miss_reason.type, 'none') END AS cache_miss_reason,
        CASE WHEN position = 0 THEN costUSD END AS costUSD
    FROM iteration
    WHERE position = 0 OR item.type IN ('compaction', 'advisor_message')
),

call AS (
    SELECT *, coalesce(written_tokens, written_5m + coalesce(written_1h, 0), written_1h) AS written
    FROM part
)

SELECT
    any_time(timestamp) AS started_at,
    CASE
        WHEN id LIKE 'msg_bdrk_%' THEN 'aws.bedrock'
        WHEN id LIKE 'msg_vrtx_%' THEN 'gcp.vertex_ai'
        WHEN model LIKE 'claude%' THEN 'anthropic'
    END AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    CASE WHEN speed = 'fast' THEN 'fast' ELSE usage.service_tier END AS service_tier,
    nullif(usage.inference_geo, 'not_available') AS region,
    input_tokens + coalesce(read_tokens, 0) + coalesce(written, 0) AS input_tokens,
    read_tokens AS cache_read_input_tokens,
    written_5m AS cache_creation_5m_input_tokens,
    written_1h AS cache_creation_1h_input_tokens,
    written - coalesce(written_5m, 0) - coalesce(written_1h, 0) AS cache_creation_unsplit_input_tokens,
    output_tokens,
    thinking_tokens AS reasoning_output_tokens,
    web_search_requests,
    cwd AS project,
    sessionId AS session_id,
    nullif(tags, MAP {}) AS tags,
    'ok' AS status,
    strict_decimal(costUSD) AS reported_cost,
    CASE WHEN strict_decimal(costUSD) IS NOT NULL THEN 'USD' END AS reported_currency,
    cache_miss_reason,
    nullif(id, '') AS dedup_key,
    CASE WHEN isSidechain THEN 1 ELSE 0 END AS duplicate_rank,
    coalesce(bad_time('timestamp', timestamp), bad_decimal('costUSD', costUSD)) AS reject_reason,
    file_id,
    line
FROM call
WHERE coalesce(input_tokens, 0) + coalesce(read_tokens, 0) + coalesce(written, 0) + coalesce(output_tokens, 0) > 0

/* logcost
format       = "qwen_code.session"
title        = "Qwen Code sessions (JSON Lines in the chats folders below ~/.qwen/projects)"
reader       = "json_lines"
identify     = ["sessionId", "uuid", "timestamp", "type"]
identify_any = ["usageMetadata", "message.parts"]
keep         = ["usageMetadata"]
scope        = "row"
grain        = "request"
on_duplicate = "largest"
docs         = "https://qwenlm.github.io/qwen-code-docs"
seen         = "2026-11"
about        = """
Qwen Code keeps its chats in `~/.qwen/projects/<folder>/chats/`. One row is one answer of a model, from its `usageMetadata`.

- The prompt's count includes cached tokens. Where the total is above prompt and answer, thoughts lie beside the answer, else
  they are part of it.
- Calls that are no answer in the chat (summaries, suggestions) are not in these files as answers, and are not counted.
- The file does not say which service answered; it follows from the model's name where that has one maker.
"""

[fields]
type = "str"
uuid = "id"
sessionId = "id"
timestamp = "time"
model = "str"
cwd = "str"
gitBranch = "str"
version = "str"
[fields.usageMetadata]
promptTokenCount = "int"
candidatesTokenCount = "int"
thoughtsTokenCount = "int"
cachedContentTokenCount = "int"
toolUsePromptTokenCount = "int"
totalTokenCount = "int"
*/
-- One answer a row. Thoughts are beside the answer in Gemini's own counts and inside it in those of other services: the total
-- decides; where there is none, the model's name.
WITH answer AS (
    SELECT
        *,
        usageMetadata.promptTokenCount + coalesce(usageMetadata.toolUsePromptTokenCount, 0) AS prompt_tokens,
        usageMetadata.candidatesTokenCount AS candidates,
        coalesce(usageMetadata.thoughtsTokenCount, 0) AS thoughts,
        usageMetadata.totalTokenCount AS total
    FROM source
    WHERE type = 'assistant'
)

SELECT
    any_time(timestamp) AS started_at,
    maker_of(model) AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    prompt_tokens AS input_tokens,
    usageMetadata.cachedContentTokenCount AS cache_read_input_tokens,
    CASE
        WHEN total = prompt_tokens + candidates THEN candidates
        WHEN total = prompt_tokens + coalesce(candidates, 0) + thoughts THEN coalesce(candidates, 0) + thoughts
        WHEN thoughts > coalesce(candidates, 0) OR model LIKE 'gemini%' THEN coalesce(candidates, 0) + thoughts
        ELSE candidates
    END AS output_tokens,
    usageMetadata.thoughtsTokenCount AS reasoning_output_tokens,
    cwd AS project,
    sessionId AS session_id,
    nullif(map_from_entries(list_filter(
        [{'key': 'git_branch', 'value': nullif(gitBranch, '')}, {'key': 'version', 'value': version}],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    'ok' AS status,
    'qwen_code|' || uuid AS dedup_key,
    bad_time('timestamp', timestamp) AS reject_reason,
    file_id,
    line
FROM answer
WHERE coalesce(prompt_tokens, 0) + coalesce(candidates, 0) + thoughts > 0

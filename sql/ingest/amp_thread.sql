/* logcost
format   = "amp.thread"
title    = "Amp threads (T-*.json below ~/.local/share/amp/threads)"
reader   = ["json_document", "json_lines"]
identify = ["id", "messages.role", "messages.messageId"]
identify_any = ["messages.usage.inputTokens", "usageLedger.events"]
identify_none = ["sessionId", "projectHash", "trace_id"]
scope    = "file"
grain    = "request"
on_duplicate = "largest"
docs     = "https://ampcode.com/manual"
seen     = "2026-11"
note     = "Amp bills credits, not tokens: the cost here is what the models' own prices would give. What a call was charged is its tag 'credits'."
about    = """
One file a thread. One row is one call: an entry of the thread's `usageLedger`, or in threads without one the `usage` of an
answer.

- Input leaves out what was read from and written to the prompt cache; the row adds both. They stand beside the entry's tokens,
  or at the answer that it names; else they are unknown. For models that are not Anthropic's this was not confirmed.
- An answer with `usage` that no entry of the ledger names is a call, too.
- Threads live on Amp's server; the files are copies, and only of threads that were opened here.
- No text is read into the ledger.
"""

[fields]
id = "id"
created = "time"
[[fields.messages]]
role = "str"
messageId = "id"
[fields.messages.usage]
model = "str"
timestamp = "time"
inputTokens = "int"
outputTokens = "int"
cacheCreationInputTokens = "int"
cacheReadInputTokens = "int"
credits = "decimal"
[[fields.usageLedger.events]]
id = "id"
timestamp = "time"
model = "str"
credits = "decimal"
toMessageId = "id"
[fields.usageLedger.events.tokens]
input = "int"
output = "int"
cacheReadInputTokens = "int"
cacheCreationInputTokens = "int"
*/
-- One thread a row: its ledger and its answers with usage.
WITH event AS (
    SELECT
        file_id,
        line,
        id AS thread,
        created,
        messages,
        unnest(usageLedger.events) AS entry,
        generate_subscripts(usageLedger.events, 1) AS position
    FROM source
),

matched AS (
    SELECT
        *,
        list_filter(messages, lambda one: one.messageId = entry.toMessageId AND one.usage IS NOT NULL)[1].usage AS answer,
        -- Several entries may lead to one answer; its cache counts belong to one of them.
        row_number() OVER (PARTITION BY file_id, line, entry.toMessageId ORDER BY position) AS turn
    FROM event
),

answer AS (
    SELECT
        file_id,
        line,
        id AS thread,
        created,
        coalesce(list_transform(usageLedger.events, lambda one: one.toMessageId), []) AS named,
        unnest(list_filter(messages, lambda one: one.role = 'assistant' AND one.usage IS NOT NULL)) AS message
    FROM source
),

call AS (
    SELECT
        file_id,
        line,
        thread,
        coalesce(entry.timestamp, answer.timestamp, created) AS stated_at,
        coalesce(entry.model, answer.model) AS model,
        coalesce(entry.tokens.input, answer.inputTokens) AS fresh,
        coalesce(entry.tokens.output, answer.outputTokens) AS output_tokens,
        coalesce(entry.tokens.cacheReadInputTokens, CASE WHEN turn = 1 THEN answer.cacheReadInputTokens END) AS read,
        coalesce(entry.tokens.cacheCreationInputTokens, CASE WHEN turn = 1 THEN answer.cacheCreationInputTokens END) AS written,
        coalesce(entry.credits, answer.credits) AS credits,
        coalesce(entry.id, entry.toMessageId || '#' || turn, position::VARCHAR) AS call_id
    FROM matched
    UNION ALL
    SELECT
        file_id,
        line,
        thread,
        coalesce(message.usage.timestamp, created),
        message.usage.model,
        message.usage.inputTokens,
        message.usage.outputTokens,
        message.usage.cacheReadInputTokens,
        message.usage.cacheCreationInputTokens,
        message.usage.credits,
        'message|' || message.messageId
    FROM answer
    WHERE NOT list_contains(named, message.messageId)
)

SELECT
    any_time(stated_at) AS started_at,
    maker_of(model) AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    fresh::HUGEINT + coalesce(read, 0) + coalesce(written, 0) AS input_tokens,
    read AS cache_read_input_tokens,
    written AS cache_creation_unsplit_input_tokens,
    output_tokens,
    thread AS session_id,
    CASE WHEN strict_decimal(credits) IS NOT NULL THEN MAP {'credits': credits} END AS tags,
    'ok' AS status,
    concat_ws('|', 'amp', thread, call_id) AS dedup_key,
    coalesce(bad_time('timestamp', stated_at), bad_decimal('credits', credits)) AS reject_reason,
    file_id,
    line
FROM call
WHERE greatest(fresh, output_tokens, read, written) > 0

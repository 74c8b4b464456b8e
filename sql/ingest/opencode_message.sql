/* logcost
format       = "opencode.message"
title        = "opencode: message files of its storage folder"
reader       = ["json_document", "json_lines"]
identify     = ["id"]
# Sessions and parts of messages lie beside the messages; they are read and skipped, so that the whole folder can be given.
identify_any = [
    ["sessionID", "role"], ["sessionID", "messageID", "type"], ["projectID", "directory", "time.created"],
    ["worktree", "time.created"],
]
identify_none = ["object", "choices", "timestamp"]
keep         = ["role"]
scope        = "row"
grain        = "request"
on_duplicate = "largest"
docs         = "https://opencode.ai/docs"
seen         = "2026-11"
about        = """
Older versions of opencode keep a JSON file a message in `~/.local/share/opencode/storage/message/<session>/`. Newer ones keep
a database (format opencode.database); both may hold the same messages, which then count once. Give the folder or the
database. One row is one message of the assistant.

- `input` is what was neither read from nor written to the cache; the row adds `cache.read` and `cache.write`.
- Since AI SDK 6, `output` leaves out reasoning; before, it included it. Where the message states a `total`, the total decides.
  Where not, reasoning is taken as included, except for Google's models and where it is more than `output`.
- A message of a version that made several calls for it states the counts of the last call only: the file holds no more.
- A copied (forked) session repeats its messages under new ids. A message is known by its times and counts, so it counts once.
- `cost` is what opencode worked out from public prices; 0 with a subscription.
"""

[fields]
sessionID = "id"
role = "str"
providerID = "str"
modelID = "str"
mode = "json"
agent = "json"
variant = "json"
cost = "json"
path = "json"
error = "json"
[fields.time]
created = "time"
completed = "time"
[fields.tokens]
input = "int"
output = "int"
reasoning = "int"
total = "int"
[fields.tokens.cache]
read = "int"
write = "int"
*/
-- One message of the assistant a row. Messages of the user, and those that were stopped before any count, are skipped.
WITH message AS (
    SELECT
        *,
        tokens.input + coalesce(tokens.cache.read, 0) + coalesce(tokens.cache.write, 0) AS input_tokens,
        -- The older files have other values in some of these places; only the known ones are taken.
        CASE WHEN json_type(try_cast(cost AS JSON)) NOT IN ('OBJECT', 'ARRAY', 'NULL', 'BOOLEAN') THEN json_amount(cost, '$') END
            AS stated_cost,
        coalesce(try_cast(path AS JSON) ->> '$.cwd', try_cast(path AS JSON) ->> '$') AS folder,
        coalesce(try_cast(agent AS JSON) ->> '$', try_cast(mode AS JSON) ->> '$') AS agent_name
    FROM source
    WHERE role = 'assistant'
),

counted AS (
    SELECT
        *,
        CASE
            WHEN tokens.total = input_tokens + tokens.output + tokens.reasoning THEN tokens.output + tokens.reasoning
            WHEN tokens.total = input_tokens + tokens.output THEN tokens.output
            WHEN tokens.reasoning > tokens.output OR (tokens.total IS NULL AND modelID LIKE '%gemini%')
                THEN tokens.output + tokens.reasoning
            ELSE tokens.output
        END AS output_tokens
    FROM message
)

SELECT
    any_time(time.created) AS started_at,
    CASE providerID
        WHEN 'github-copilot' THEN 'github.copilot'
        WHEN 'github-copilot-enterprise' THEN 'github.copilot'
        WHEN 'azure-cognitive-services' THEN 'azure.ai.openai'
        ELSE provider_called(providerID)
    END AS provider_name,
    modelID AS response_model,
    'chat' AS operation_name,
    input_tokens,
    tokens.cache.read AS cache_read_input_tokens,
    tokens.cache.write AS cache_creation_unsplit_input_tokens,
    output_tokens,
    tokens.reasoning AS reasoning_output_tokens,
    folder AS project,
    sessionID AS session_id,
    nullif(map_from_entries(list_filter(
        [{'key': 'agent', 'value': agent_name}, {'key': 'variant', 'value': try_cast(variant AS JSON) ->> '$'}],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    CASE WHEN json_type(try_cast(error AS JSON)) = 'OBJECT' THEN 'error' ELSE 'ok' END AS status,
    epoch_ms(any_time(time.completed)) - epoch_ms(any_time(time.created)) AS latency_ms,
    strict_decimal(stated_cost) AS reported_cost,
    CASE WHEN strict_decimal(stated_cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    concat_ws(
        '|', 'opencode', time.created, coalesce(time.completed, ''), coalesce(providerID, ''), coalesce(modelID, ''),
        input_tokens, coalesce(tokens.cache.read, 0), coalesce(tokens.cache.write, 0), output_tokens,
        coalesce(tokens.reasoning, 0)
    ) AS dedup_key,
    coalesce(
        bad_time('time.created', time.created), bad_time('time.completed', time.completed), bad_decimal('cost', stated_cost)
    ) AS reject_reason,
    file_id,
    line
FROM counted
WHERE coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0

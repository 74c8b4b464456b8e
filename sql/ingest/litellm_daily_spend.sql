/* logcost
format   = "litellm.daily_spend"
title    = "LiteLLM proxy: the daily sums (tables LiteLLM_DailyUserSpend, ...TeamSpend, ...OrganizationSpend, ...EndUserSpend)"
reader   = ["json_lines", "json_document", "csv", "parquet"]
identify = ["date", "api_key", "model", "api_requests", "spend", "prompt_tokens", "cache_read_input_tokens"]
identify_none = ["tag"]
hints.tag = "this is LiteLLM_DailyTagSpend, which counts a call once for each of its tags; export LiteLLM_DailyUserSpend"
scope    = "file"
grain    = "bucket"
docs     = "https://docs.litellm.ai/docs/proxy/db_info"
seen     = "2026-11"
about    = """
An export of one of LiteLLM's tables of daily sums. A row is the sum of one UTC day over user (or team, organization, end user), key, model, provider and endpoint.

- `prompt_tokens` includes cache reads and writes; the lifetime of writes is not stated. `spend` (USD, LiteLLM's calculation) becomes the reported cost.
- `successful_requests` is the number of calls, because failed ones cost nothing; rows of failed calls alone are skipped.
- The user, team, organization and end user tables hold the same calls summed in different ways: give only one of them, and not the spend logs of the same days as well. The tag table is refused, because it counts a call once for each of its tags.
- A later export of a day that was still filling replaces the earlier one.
"""

[fields]
id = "id"
date = "time"
user_id = "id"
team_id = "id"
organization_id = "id"
end_user_id = "id"
agent_id = "id"
api_key = "str"
model = "str"
model_group = "str"
custom_llm_provider = "str"
mcp_namespaced_tool_name = "str"
endpoint = "str"
prompt_tokens = "int"
completion_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
spend = "decimal"
api_requests = "int"
successful_requests = "int"
failed_requests = "int"
*/
-- One sum a row. Sums of calls of tools (a tool's name, no model) have a spend of their own and no tokens.
WITH named AS (
    SELECT
        *,
        coalesce(greatest(prompt_tokens, completion_tokens) > 0, FALSE) AS states_tokens,
        concat_ws(
            '|', 'litellm.daily_spend|bucket', left(date, 10), coalesce(user_id, ''), coalesce(team_id, ''),
            coalesce(organization_id, ''), coalesce(end_user_id, ''), coalesce(agent_id, ''), md5(coalesce(api_key, '')),
            coalesce(model, ''), coalesce(model_group, ''), coalesce(custom_llm_provider, ''),
            coalesce(mcp_namespaced_tool_name, ''), coalesce(endpoint, '')
        ) AS bucket
    FROM source
),

-- Sums over a column that is not read here look alike within one file: they are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY completion_tokens DESC NULLS LAST, prompt_tokens DESC NULLS LAST, id, line
        ) AS position
    FROM named
)

SELECT
    any_time(left(date, 10)) AS started_at,
    any_time(left(date, 10)) + INTERVAL 1 DAY AS ended_at,
    coalesce(successful_requests, api_requests - failed_requests) AS requests,
    coalesce(provider_called(nullif(custom_llm_provider, '')), maker_of(model)) AS provider_name,
    nullif(model_group, '') AS request_model,
    nullif(CASE
        WHEN custom_llm_provider <> '' AND starts_with(model, custom_llm_provider || '/')
            THEN substring(model, length(custom_llm_provider) + 2)
        ELSE model
    END, '') AS response_model,
    operation_called(endpoint) AS operation_name,
    CASE WHEN states_tokens THEN prompt_tokens END AS input_tokens,
    CASE WHEN states_tokens THEN cache_read_input_tokens END AS cache_read_input_tokens,
    CASE WHEN states_tokens THEN cache_creation_input_tokens END AS cache_creation_unsplit_input_tokens,
    CASE WHEN states_tokens THEN completion_tokens END AS output_tokens,
    -- LiteLLM stores a hash of its virtual key; a key itself is never taken.
    CASE WHEN api_key NOT LIKE 'sk-%' THEN nullif(api_key, '') END AS api_key_id,
    coalesce(nullif(team_id, ''), nullif(organization_id, '')) AS project,
    coalesce(nullif(end_user_id, ''), nullif(user_id, '')) AS user_id,
    strict_decimal(spend) AS reported_cost,
    CASE WHEN strict_decimal(spend) IS NOT NULL THEN 'USD' END AS reported_currency,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        CASE WHEN date IS NULL THEN 'date is missing. Export the table with its column date.' END,
        bad_time('date', date),
        bad_decimal('spend', spend)
    ) AS reject_reason,
    file_id,
    line
FROM numbered
WHERE states_tokens OR strict_decimal(spend) > 0 OR bad_decimal('spend', spend) IS NOT NULL

/* logcost
format        = "openai.chat"
title         = "OpenAI Chat Completions, and services that answer in its shape: responses, or request and response pairs"
reader        = ["json_lines", "json_document", "sse"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = ["choices"]
identify_any  = ["usage.prompt_tokens", "x_groq.usage.prompt_tokens"]
# A gateway's own log: it knows discounts, its own cache and retries, which this format does not read.
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
keep          = ["usage.prompt_tokens", "usage.completion_tokens", "x_groq.usage.prompt_tokens"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/chat/object"
seen          = "2026-11"
note_without_usage = "A stream has its usage only if the request asked for it (stream_options.include_usage); without it no call is counted."
about = '''
Bodies of [Chat Completions](https://platform.openai.com/docs/api-reference/chat/object), bare, or [as pairs with their request](../formats.md#request-and-response-pairs). Services that answer in the same shape (Azure, OpenRouter, Groq, DeepSeek, Mistral, vLLM ...) are read too; who was billed is taken from the request's host, else from marks of the body, else from the model's name, and otherwise stays unknown, so that no other service's price is taken by mistake.

- A call without usage (an error; a stream without `include_usage`) is skipped and counted as skipped. It is never a call of zero tokens.
- `total_tokens` above prompt + completion is hidden reasoning: the surplus is output.
- The time is `created`, else the wrapper's. `service_tier` `default` is our `standard`; `auto` says nothing.
- Recorded event streams are read, too: the last event has the usage, with Groq under `x_groq`.
- Lines of a batch's output are at the batch tier. The batch object itself holds the sum of its lines and is not counted.
- Cached tokens are one count under many names: `cached_tokens`, Mistral's `num_cached_tokens`, DeepSeek's `prompt_cache_hit_tokens`, and Anthropic's names, which LiteLLM and Portkey write beside the prompt. Of the latter only the total tells whether the prompt holds them: LiteLLM's does, Portkey's does not.
- Local servers write the same short id again and again (Ollama draws it from 999 numbers); for those the key also holds model, time and counts.
- The `usage.cost` of OpenRouter and Perplexity is kept as `reported_cost`.
'''

[fields]
id = "str"
object = "str"
created = "time"
model = "str"
service_tier = "str"
user = "id"
metadata = "json"
provider = "str"
[fields.usage]
prompt_tokens = "int"
completion_tokens = "int"
total_tokens = "int"
cost = "json"
cached_tokens = "int"
num_cached_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
prompt_audio_seconds = "json"
prompt_cache_hit_tokens = "int"
queue_time = "float"
[fields.usage.prompt_tokens_details]
cached_tokens = "int"
cache_write_tokens = "int"
cache_creation_tokens = "int"
cache_creation_input_tokens = "int"
audio_tokens = "int"
image_tokens = "int"
cache_creation_token_details.ephemeral_5m_input_tokens = "int"
cache_creation_token_details.ephemeral_1h_input_tokens = "int"
cache_creation.ephemeral_5m_input_tokens = "int"
cache_creation.ephemeral_1h_input_tokens = "int"
[fields.usage.prompt_tokens_details.cache_write_tokens_details]
ttl_30m_tokens = "int"
ttl_12h_tokens = "int"
[fields.usage.completion_tokens_details]
reasoning_tokens = "int"
audio_tokens = "int"
image_tokens = "int"
[fields.x_groq]
id = "str"
[fields.x_groq.usage]
prompt_tokens = "int"
completion_tokens = "int"
total_tokens = "int"
[fields.x_groq.usage.prompt_tokens_details]
cached_tokens = "int"
[fields.x_groq.usage.completion_tokens_details]
reasoning_tokens = "int"
[[fields.prompt_filter_results]]
prompt_index = "id"

[wrapper]
custom_id = "id"
ts = "time"
timestamp = "time"
started_at = "time"
latency_ms = "float"
workload = "id"
feature = "id"
project = "id"
session_id = "id"
user_id = "id"
api_key_id = "id"
tags = "json"
[wrapper.req]
model = "str"
[wrapper.request]
host = "str"
url = "str"
model = "str"
service_tier = "str"
stream = "bool"
user = "id"
[wrapper.request.body]
model = "str"
service_tier = "str"
stream = "bool"
user = "id"

# The server's order of tools and system message is not published; the same order for all requests serves as well.
[prompt]
at       = ["request.body", "request", "req.body", "req", "input", "request_body", "payload", "kwargs"]
tools    = ["tools", "functions"]
format   = ["response_format"]
messages = ["messages", "prompt"]

# Only the last event of a stream has the usage, and only if it was asked for.
[stream]
identify = ["choices"]
*/
-- One completed call a row. prompt_tokens includes cache reads and writes (but for one gateway), completion_tokens includes
-- reasoning.
-- Calls without usage (errors, streams without include_usage) are skipped: an unknown count is never a zero.
WITH call AS (
    SELECT
        *,
        usage.prompt_tokens_details AS given,
        usage.completion_tokens_details AS completion,
        -- Groq's streams state their usage in a place of their own.
        coalesce(usage.prompt_tokens, x_groq.usage.prompt_tokens) AS asked,
        coalesce(usage.completion_tokens, x_groq.usage.completion_tokens) AS answered,
        coalesce(usage.total_tokens, x_groq.usage.total_tokens) AS total,
        -- One count under many names: DeepSeek states it twice, Moonshot outside the details, gateways in Anthropic's words, too.
        coalesce(
            usage.prompt_tokens_details.cached_tokens, usage.num_cached_tokens, usage.prompt_cache_hit_tokens, usage.cached_tokens,
            x_groq.usage.prompt_tokens_details.cached_tokens, usage.cache_read_input_tokens
        ) AS read_tokens,
        greatest(
            usage.prompt_tokens_details.cache_write_tokens, usage.prompt_tokens_details.cache_creation_tokens,
            usage.prompt_tokens_details.cache_creation_input_tokens, usage.cache_creation_input_tokens
        ) AS written,
        coalesce(
            usage.prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens,
            usage.prompt_tokens_details.cache_creation.ephemeral_5m_input_tokens
        ) AS written_5m,
        coalesce(
            usage.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens,
            usage.prompt_tokens_details.cache_creation.ephemeral_1h_input_tokens
        ) AS written_1h,
        usage.prompt_tokens_details.cache_write_tokens_details.ttl_30m_tokens AS written_30m,
        usage.prompt_tokens_details.cache_write_tokens_details.ttl_12h_tokens AS written_12h,
        -- Perplexity states the parts of the cost, too.
        json_amount(usage.cost, '$.total_cost') AS cost,
        coalesce(nullif(created, '0'), wrapper.ts, wrapper.timestamp, wrapper.started_at) AS stated_at,
        lower(coalesce(wrapper.request.host, wrapper.request.url, '')) AS host
    FROM source
),

-- Portkey's gateway takes over Anthropic's input without the cache, and its cache counts beside it: the total shows that.
counted AS (
    SELECT
        *,
        CASE
            WHEN coalesce(usage.cache_read_input_tokens, 0) + coalesce(usage.cache_creation_input_tokens, 0) = 0 THEN 0
            WHEN total = asked + coalesce(answered, 0) + coalesce(read_tokens, 0) + coalesce(written, 0)
                OR coalesce(read_tokens, 0) + coalesce(written, 0) > asked
                THEN coalesce(read_tokens, 0) + coalesce(written, 0)
            ELSE 0
        END AS beside
    FROM call
)

SELECT
    any_time(stated_at) AS started_at,
    -- The shape is shared by many services. Who was billed follows from the host, else from marks of the body, else from the
    -- model's name; when nothing says it, it stays unknown and the price of another service is not taken by mistake.
    coalesce(
        provider_of_body(host, NULL),
        CASE
            WHEN len(prompt_filter_results) > 0 THEN 'azure.ai.openai'
            WHEN id LIKE 'gen-%' AND provider IS NOT NULL THEN 'openrouter'
            WHEN provider IS NOT NULL THEN provider_called(provider)
            WHEN usage.queue_time IS NOT NULL OR x_groq.id IS NOT NULL THEN 'groq'
            WHEN usage.prompt_cache_hit_tokens IS NOT NULL THEN 'deepseek'
            WHEN usage.num_cached_tokens IS NOT NULL THEN 'mistral_ai'
            WHEN usage.cost LIKE '{%' THEN 'perplexity'
        END,
        provider_of_body(host, model)
    ) AS provider_name,
    coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS request_model,
    model AS response_model,
    CASE object WHEN 'list' THEN 'embeddings' WHEN 'text_completion' THEN 'text_completion' ELSE 'chat' END AS operation_name,
    -- The response names the tier really used; "auto" says nothing. Only lines of a batch's output have a custom_id.
    CASE
        WHEN wrapper.custom_id IS NOT NULL THEN 'batch'
        WHEN service_tier IN ('default', 'on_demand') THEN 'standard'
        WHEN service_tier <> 'auto' THEN service_tier
    END AS service_tier,
    asked + beside AS input_tokens,
    read_tokens AS cache_read_input_tokens,
    written_5m AS cache_creation_5m_input_tokens,
    written_30m AS cache_creation_30m_input_tokens,
    written_1h AS cache_creation_1h_input_tokens,
    written_12h AS cache_creation_12h_input_tokens,
    written - coalesce(written_5m, 0) - coalesce(written_30m, 0) - coalesce(written_1h, 0) - coalesce(written_12h, 0)
        AS cache_creation_unsplit_input_tokens,
    -- Some services hide reasoning: it shows only as a total above prompt + completion, and it is billed as output.
    CASE
        WHEN total > asked + beside + coalesce(answered, 0) THEN total - asked - beside
        ELSE answered
    END AS output_tokens,
    coalesce(completion.reasoning_tokens, x_groq.usage.completion_tokens_details.reasoning_tokens) AS reasoning_output_tokens,
    given.audio_tokens AS input_audio_tokens,
    completion.audio_tokens AS output_audio_tokens,
    given.image_tokens AS input_image_tokens,
    completion.image_tokens AS output_image_tokens,
    -- Mistral's audio models are billed by the second, too.
    CASE
        WHEN strict_int(usage.prompt_audio_seconds) > 0 THEN MAP {'seconds': strict_int(usage.prompt_audio_seconds)}
    END AS other_units,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    coalesce(wrapper.user_id, wrapper.request.body.user, wrapper.request.user, "user") AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(coalesce(wrapper.tags, metadata)) AS tags,
    'ok' AS status,
    coalesce(wrapper.request.body.stream, wrapper.request.stream, object = 'chat.completion.chunk' OR NULL) AS streamed,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    prompt,
    strict_decimal(cost) AS reported_cost,
    CASE WHEN strict_decimal(cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    -- Local servers write one id for all calls, or draw it from 999 numbers: of themselves such ids say nothing.
    CASE WHEN weak_id(id) THEN concat_ws('#', id, model, stated_at, asked, answered) ELSE nullif(id, '') END AS dedup_key,
    coalesce(bad_time('created', stated_at), bad_decimal('usage.cost', cost)) AS reject_reason,
    file_id,
    line
FROM counted

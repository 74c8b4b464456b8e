/* logcost
format        = "openai.images"
title         = "OpenAI images: responses of generations and edits, or request and response pairs"
reader        = ["json_lines", "json_document"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = ["created"]
identify_any  = [["data", "usage.input_tokens_details.image_tokens"], "data.b64_json", "data.url", "b64_json"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
where         = { object = [], choices = [], role = [], output = [] }
keep          = ["data", "usage.input_tokens_details.image_tokens"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/images"
seen          = "2026-11"
about         = """
Bodies of the images endpoints, bare, beside their request, or as lines of a batch's output. One body is one call.

- The GPT image models state tokens, the text and image tokens of the input apart. Their output is image tokens, unless the body
  splits it.
- Older models (DALL-E) state no tokens: such a call has its number of images, and size and quality as labels, if the request or the
  body states them.
- A body has no id, and mostly no model: the model comes from the request beside it. Without it the call cannot be priced.
- Images inside the Responses API are not here: they are part of openai.responses.
"""

[fields]
created = "time"
object = "str"
role = "str"
model = "str"
size = "str"
quality = "str"
[[fields.choices]]
index = "id"
[[fields.output]]
type = "str"
[[fields.data]]
index = "id"
[fields.usage]
input_tokens = "int"
output_tokens = "int"
[fields.usage.input_tokens_details]
text_tokens = "int"
image_tokens = "int"
cached_tokens = "int"
[fields.usage.output_tokens_details]
text_tokens = "int"
image_tokens = "int"
reasoning_tokens = "int"

[wrapper]
id = "id"
custom_id = "id"
ts = "time"
timestamp = "time"
started_at = "time"
created_at = "time"
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
[wrapper.response.headers]
x-request-id = "str[]"
[wrapper.request]
host = "str"
url = "str"
model = "str"
user = "id"
[wrapper.request.body]
model = "str"
user = "id"
size = "str"
quality = "str"
*/
-- One body a row: its tokens, or of older models, which state none, its images. An answer with neither is skipped.
WITH call AS (
    SELECT
        *,
        coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS asked,
        coalesce(size, wrapper.request.body.size) AS image_size,
        coalesce(quality, wrapper.request.body.quality) AS image_quality,
        usage.input_tokens IS NOT NULL OR usage.output_tokens IS NOT NULL AS counted
    FROM source
    WHERE usage.input_tokens IS NOT NULL OR usage.output_tokens IS NOT NULL OR len(data) > 0
)

SELECT
    any_time(created) AS started_at,
    provider_of_body(lower(coalesce(wrapper.request.host, wrapper.request.url, '')), coalesce(model, asked)) AS provider_name,
    asked AS request_model,
    model AS response_model,
    'image' AS operation_name,
    -- Only lines of a batch's output have a custom_id.
    CASE WHEN wrapper.custom_id IS NOT NULL THEN 'batch' END AS service_tier,
    usage.input_tokens AS input_tokens,
    usage.input_tokens_details.cached_tokens AS cache_read_input_tokens,
    usage.output_tokens AS output_tokens,
    usage.output_tokens_details.reasoning_tokens AS reasoning_output_tokens,
    usage.input_tokens_details.image_tokens AS input_image_tokens,
    -- Models that draw and do not write state no split.
    coalesce(
        usage.output_tokens_details.image_tokens,
        usage.output_tokens - coalesce(usage.output_tokens_details.text_tokens, 0)
            - coalesce(usage.output_tokens_details.reasoning_tokens, 0)
    ) AS output_image_tokens,
    CASE WHEN NOT counted THEN MAP {'images': len(data)} END AS other_units,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    coalesce(wrapper.user_id, wrapper.request.body.user, wrapper.request.user) AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    CASE
        WHEN image_size IS NULL AND image_quality IS NULL THEN json_tags(wrapper.tags)
        ELSE map_concat(
            coalesce(json_tags(wrapper.tags), MAP {}),
            map_from_entries(list_filter(
                [{'key': 'image_quality', 'value': image_quality}, {'key': 'image_size', 'value': image_size}],
                lambda tag: tag.value IS NOT NULL
            ))
        )
    END AS tags,
    'ok' AS status,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    request_key(wrapper.id, wrapper.response.headers."x-request-id") AS dedup_key,
    bad_time('created', created) AS reject_reason,
    file_id,
    line
FROM call

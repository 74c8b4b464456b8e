-- What gateways, tracers and OpenTelemetry share: labels, freely named counts, stored bodies, the names of attributes.

-- The texts of a JSON array, also when a log wrote the array as JSON inside a string; NULL when it is none.
CREATE OR REPLACE TEMP MACRO json_list(x) AS
    CASE WHEN json_type(json_inside(x)) = 'ARRAY' THEN try_cast(json_inside(x) AS VARCHAR[]) END;

-- Labels from a list of texts, as gateways write them: 'team:claims' is team = claims, 'beta' is beta = true. A label that
-- occurs again keeps all its values.
CREATE OR REPLACE TEMP MACRO list_tags(tags) AS
    nullif(map(
        list_sort(list_distinct(list_transform(tags, lambda tag: trim(split_part(tag, ':', 1))))),
        list_transform(
            list_sort(list_distinct(list_transform(tags, lambda tag: trim(split_part(tag, ':', 1))))),
            lambda key: array_to_string(list_transform(
                list_filter(tags, lambda tag: trim(split_part(tag, ':', 1)) = key),
                lambda tag: CASE WHEN contains(tag, ':') THEN trim(substring(tag, strpos(tag, ':') + 1)) ELSE 'true' END
            ), ',')
        )
    ), MAP {});

-- What a call did, from the names that gateways give their endpoints ('acompletion', 'aembedding', 'image_generation' ...).
CREATE OR REPLACE TEMP MACRO operation_called(x) AS
    CASE WHEN x IS NULL OR x = '' THEN NULL
         WHEN regexp_matches(lower(x), 'embed') THEN 'embeddings'
         WHEN regexp_matches(lower(x), 'image') THEN 'image'
         WHEN regexp_matches(lower(x), 'speech|tts') THEN 'speech'
         WHEN regexp_matches(lower(x), 'transcri|translation') THEN 'transcription'
         WHEN regexp_matches(lower(x), 'moderation') THEN 'moderation'
         WHEN regexp_matches(lower(x), 'rerank') THEN 'rerank'
         WHEN regexp_matches(lower(x), 'text_completion') THEN 'text_completion'
         WHEN regexp_matches(lower(x), 'chat|completion|response|message|generate|llm|stream|batch|realtime|converse')
         THEN 'chat' END;

-- Counts that are named freely ('input', 'output', 'input_cached_tokens', 'cache_creation_input_tokens', 'output_reasoning' ...):
-- of each, the side it belongs to and the kind of part it is.
CREATE OR REPLACE TEMP MACRO usage_parts(units) AS
    list_transform(map_entries(units), lambda unit: {
        'side': CASE WHEN regexp_matches(lower(unit.key), '^total(_?tokens)?$') THEN 'total'
                     WHEN regexp_matches(lower(unit.key), '^(input|prompt)(_?tokens)?$') THEN 'input'
                     WHEN regexp_matches(lower(unit.key), '^(output|completion)(_?tokens)?$') THEN 'output'
                     WHEN regexp_matches(lower(unit.key), '^(output|completion|candidates)|reasoning|thought') THEN 'output part'
                     WHEN regexp_matches(lower(unit.key), '^(input|prompt)|cache|prompt_?tokens') THEN 'input part'
                     ELSE 'other' END,
        'kind': CASE WHEN regexp_matches(lower(unit.key), 'cache.*(creation|write).*5_?m|5_?m.*cache') THEN 'write 5m'
                     WHEN regexp_matches(lower(unit.key), 'cache.*(creation|write).*1_?h|1_?h.*cache|ephemeral_1h')
                     THEN 'write 1h'
                     WHEN regexp_matches(lower(unit.key), 'cache.*(creation|write)') THEN 'write'
                     WHEN regexp_matches(lower(unit.key), 'ephemeral_5m') THEN 'write 5m'
                     WHEN regexp_matches(lower(unit.key), 'cache') THEN 'read'
                     WHEN regexp_matches(lower(unit.key), 'reasoning|thought') THEN 'reasoning'
                     WHEN regexp_matches(lower(unit.key), 'audio') THEN 'audio'
                     WHEN regexp_matches(lower(unit.key), 'image') THEN 'image'
                     ELSE 'rest' END,
        'name': unit.key,
        'count': unit.value
    });

-- Their sum on one side, or of one kind on a side (HUGEINT: no sum overflows); NULL when no such count is stated.
CREATE OR REPLACE TEMP MACRO side_sum(parts, wanted) AS
    list_sum(list_transform(list_filter(parts, lambda part: part.side = wanted), lambda part: part.count));
CREATE OR REPLACE TEMP MACRO kind_sum(parts, side_wanted, kind_wanted) AS
    list_sum(list_transform(
        list_filter(parts, lambda part: part.side = side_wanted AND part.kind = kind_wanted), lambda part: part.count
    ));

-- Where the parts of such counts stand: 'inside' input and output or 'apart' from them, decided by the total alone; 'input
-- apart' and 'output apart' when the sides differ; NULL when nothing decides. A count that is neither may be in the total or not.
CREATE OR REPLACE TEMP MACRO parts_stand(base, input_parts, output_parts, other, total) AS
    CASE WHEN input_parts = 0 AND output_parts = 0 AND base <= coalesce(total, base) THEN 'apart'
         WHEN base + input_parts + output_parts IN (total, total - other) AND base IN (total, total - other) THEN NULL
         WHEN base + input_parts + output_parts IN (total, total - other) THEN 'apart'
         WHEN base IN (total, total - other) THEN 'inside'
         WHEN base + input_parts IN (total, total - other) AND base + output_parts IN (total, total - other) THEN NULL
         WHEN base + input_parts IN (total, total - other) THEN 'input apart'
         WHEN base + output_parts IN (total, total - other) THEN 'output apart' END;

-- An API's answer that a gateway stored whole: the few keys that say what was used, of every API's shape; NULL when it is no
-- JSON object. No text of the answer is taken.
CREATE OR REPLACE TEMP MACRO body_of(x) AS
    CASE WHEN json_type(json_inside(x)) = 'OBJECT' THEN from_json(json_inside(x), '{
        "id": "VARCHAR", "responseId": "VARCHAR", "object": "VARCHAR", "type": "VARCHAR", "model": "VARCHAR",
        "modelVersion": "VARCHAR", "service_tier": "VARCHAR",
        "usage": {
            "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR", "total_tokens": "VARCHAR", "input_tokens": "VARCHAR",
            "output_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR",
            "prompt_cache_hit_tokens": "VARCHAR", "num_cached_tokens": "VARCHAR", "service_tier": "VARCHAR",
            "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"},
            "prompt_tokens_details": {
                "cached_tokens": "VARCHAR", "cache_write_tokens": "VARCHAR", "cache_creation_tokens": "VARCHAR",
                "cache_creation_token_details": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"}
            },
            "input_tokens_details": {"cached_tokens": "VARCHAR", "cache_write_tokens": "VARCHAR"},
            "completion_tokens_details": {"reasoning_tokens": "VARCHAR"},
            "output_tokens_details": {"reasoning_tokens": "VARCHAR", "thinking_tokens": "VARCHAR"}
        },
        "usageMetadata": {
            "promptTokenCount": "VARCHAR", "candidatesTokenCount": "VARCHAR", "thoughtsTokenCount": "VARCHAR",
            "cachedContentTokenCount": "VARCHAR", "toolUsePromptTokenCount": "VARCHAR", "totalTokenCount": "VARCHAR"
        }
    }') END;

-- The API whose rule such a body follows: chat and responses count the cache inside the input, messages (Anthropic) beside it,
-- gemini counts reasoning beside the output. NULL: no usage, or input and output of an unknown API.
CREATE OR REPLACE TEMP MACRO body_kind(body) AS
    CASE WHEN body.usageMetadata.promptTokenCount IS NOT NULL THEN 'gemini'
         WHEN body.usage.prompt_tokens IS NOT NULL OR body.usage.completion_tokens IS NOT NULL THEN 'chat'
         WHEN body.object = 'response' OR body.id LIKE 'resp\_%' ESCAPE '\' THEN 'responses'
         WHEN body.type = 'message' OR body.id LIKE 'msg\_%' ESCAPE '\' THEN 'messages' END;

-- What a chat body read from and wrote to the cache, and how much of it stands beside the prompt: Portkey's gateway takes over
-- Anthropic's counts that way, which the total shows; LiteLLM writes the same names and counts them inside.
CREATE OR REPLACE TEMP MACRO chat_cache_read(usage) AS
    strict_int(coalesce(
        usage.prompt_tokens_details.cached_tokens, usage.num_cached_tokens, usage.prompt_cache_hit_tokens, usage.cache_read_input_tokens));
CREATE OR REPLACE TEMP MACRO chat_written(usage) AS
    greatest(
        strict_int(usage.prompt_tokens_details.cache_write_tokens), strict_int(usage.prompt_tokens_details.cache_creation_tokens),
        strict_int(usage.cache_creation_input_tokens));
CREATE OR REPLACE TEMP MACRO chat_beside(usage) AS
    CASE WHEN coalesce(strict_int(usage.cache_read_input_tokens), 0) + coalesce(strict_int(usage.cache_creation_input_tokens), 0) = 0 THEN 0
         WHEN strict_int(usage.total_tokens) = strict_int(usage.prompt_tokens) + coalesce(strict_int(usage.completion_tokens), 0)
                 + coalesce(chat_cache_read(usage), 0) + coalesce(chat_written(usage), 0)
             OR coalesce(chat_cache_read(usage), 0) + coalesce(chat_written(usage), 0) > strict_int(usage.prompt_tokens)
         THEN coalesce(chat_cache_read(usage), 0) + coalesce(chat_written(usage), 0)
         ELSE 0 END;

-- The inclusive counts of such a body; NULL: not stated.
CREATE OR REPLACE TEMP MACRO body_input(body) AS
    CASE body_kind(body)
         WHEN 'gemini' THEN strict_int(body.usageMetadata.promptTokenCount)
             + coalesce(strict_int(body.usageMetadata.toolUsePromptTokenCount), 0)
         WHEN 'chat' THEN strict_int(body.usage.prompt_tokens) + chat_beside(body.usage)
         WHEN 'responses' THEN strict_int(body.usage.input_tokens)
         WHEN 'messages' THEN strict_int(body.usage.input_tokens) + coalesce(strict_int(body.usage.cache_read_input_tokens), 0)
             + coalesce(strict_int(body.usage.cache_creation_input_tokens), 0) END;
CREATE OR REPLACE TEMP MACRO body_cache_read(body) AS
    CASE body_kind(body)
         WHEN 'gemini' THEN strict_int(body.usageMetadata.cachedContentTokenCount)
         WHEN 'chat' THEN chat_cache_read(body.usage)
         WHEN 'responses' THEN strict_int(body.usage.input_tokens_details.cached_tokens)
         WHEN 'messages' THEN strict_int(body.usage.cache_read_input_tokens) END;
CREATE OR REPLACE TEMP MACRO body_written_5m(body) AS
    CASE body_kind(body)
         WHEN 'chat' THEN strict_int(body.usage.prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens)
         WHEN 'messages' THEN strict_int(body.usage.cache_creation.ephemeral_5m_input_tokens) END;
CREATE OR REPLACE TEMP MACRO body_written_1h(body) AS
    CASE body_kind(body)
         WHEN 'chat' THEN strict_int(body.usage.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens)
         WHEN 'messages' THEN strict_int(body.usage.cache_creation.ephemeral_1h_input_tokens) END;
CREATE OR REPLACE TEMP MACRO body_written_unsplit(body) AS
    CASE body_kind(body)
         WHEN 'chat' THEN chat_written(body.usage) - coalesce(body_written_5m(body), 0) - coalesce(body_written_1h(body), 0)
         WHEN 'responses' THEN strict_int(body.usage.input_tokens_details.cache_write_tokens)
         WHEN 'messages' THEN strict_int(body.usage.cache_creation_input_tokens)
             - coalesce(body_written_5m(body), 0) - coalesce(body_written_1h(body), 0) END;
CREATE OR REPLACE TEMP MACRO body_output(body) AS
    CASE body_kind(body)
         WHEN 'gemini' THEN greatest(
             coalesce(strict_int(body.usageMetadata.candidatesTokenCount), 0)
                 + coalesce(strict_int(body.usageMetadata.thoughtsTokenCount), 0),
             strict_int(body.usageMetadata.totalTokenCount) - body_input(body))
         WHEN 'chat' THEN CASE
             WHEN strict_int(body.usage.total_tokens)
                 > body_input(body) + coalesce(strict_int(body.usage.completion_tokens), 0)
             THEN strict_int(body.usage.total_tokens) - body_input(body)
             ELSE strict_int(body.usage.completion_tokens) END
         ELSE CASE WHEN body_kind(body) IS NOT NULL THEN strict_int(body.usage.output_tokens) END END;
CREATE OR REPLACE TEMP MACRO body_reasoning(body) AS
    CASE body_kind(body)
         WHEN 'gemini' THEN strict_int(body.usageMetadata.thoughtsTokenCount)
         WHEN 'chat' THEN strict_int(body.usage.completion_tokens_details.reasoning_tokens)
         WHEN 'responses' THEN strict_int(body.usage.output_tokens_details.reasoning_tokens)
         WHEN 'messages' THEN strict_int(body.usage.output_tokens_details.thinking_tokens) END;
CREATE OR REPLACE TEMP MACRO body_tier(body) AS
    CASE coalesce(body.service_tier, body.usage.service_tier) WHEN 'default' THEN 'standard' WHEN 'auto' THEN NULL
         ELSE coalesce(body.service_tier, body.usage.service_tier) END;
CREATE OR REPLACE TEMP MACRO body_id(body) AS
    CASE WHEN NOT weak_id(coalesce(body.id, body.responseId)) THEN nullif(coalesce(body.id, body.responseId), '') END;

-- The attributes of a span or log event of a model call, under every name in use, newest first: OpenTelemetry (gen_ai...),
-- OpenLLMetry (llm.usage...), OpenInference (llm.token_count...), the AI SDK (ai...). "a" is a struct with all of these fields;
-- counts are HUGEINT, so that no sum overflows.
CREATE OR REPLACE TEMP MACRO span_plain_input(a) AS
    coalesce(a."gen_ai.usage.input_tokens", a."gen_ai.usage.prompt_tokens", a."llm.token_count.prompt",
             a."llm.usage.prompt_tokens", a."ai.usage.inputTokens", a."ai.usage.promptTokens")::HUGEINT;
-- Anthropic's own usage, which the AI SDK keeps beside its counts: before its version 6 the writes to the cache are only there.
CREATE OR REPLACE TEMP MACRO span_raw_usage(a) AS
    json_inside(a."ai.response.providerMetadata") -> '$.anthropic.usage';
CREATE OR REPLACE TEMP MACRO span_cache_read(a) AS
    coalesce(a."gen_ai.usage.cache_read.input_tokens", a."gen_ai.usage.cache_read_input_tokens",
             a."gen_ai.usage.input_tokens.cached", a."llm.token_count.prompt_details.cache_read", a."llm.token_count.prompt_details.cache_input",
             a."ai.usage.cachedInputTokens", strict_int(span_raw_usage(a) ->> 'cache_read_input_tokens'))::HUGEINT;
CREATE OR REPLACE TEMP MACRO span_written_5m(a) AS
    coalesce(a."anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
             strict_int(span_raw_usage(a) ->> '$.cache_creation.ephemeral_5m_input_tokens'))::HUGEINT;
CREATE OR REPLACE TEMP MACRO span_written_1h(a) AS
    coalesce(a."anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
             strict_int(span_raw_usage(a) ->> '$.cache_creation.ephemeral_1h_input_tokens'))::HUGEINT;
CREATE OR REPLACE TEMP MACRO span_written(a) AS
    coalesce(a."gen_ai.usage.cache_write.input_tokens", a."gen_ai.usage.cache_creation.input_tokens",
             a."gen_ai.usage.cache_creation_input_tokens", a."gen_ai.usage.input_tokens.cache_write",
             a."llm.token_count.prompt_details.cache_write", strict_int(span_raw_usage(a) ->> 'cache_creation_input_tokens'),
             strict_int(json_inside(a."ai.response.providerMetadata") ->> '$.bedrock.usage.cacheWriteInputTokens'),
             span_written_5m(a) + span_written_1h(a))::HUGEINT;
CREATE OR REPLACE TEMP MACRO span_output(a) AS
    coalesce(a."gen_ai.usage.output_tokens", a."gen_ai.usage.completion_tokens", a."llm.token_count.completion",
             a."llm.usage.completion_tokens", a."ai.usage.outputTokens", a."ai.usage.completionTokens")::HUGEINT;
CREATE OR REPLACE TEMP MACRO span_reasoning(a) AS
    coalesce(a."gen_ai.usage.reasoning.output_tokens", a."gen_ai.usage.reasoning_tokens",
             a."llm.token_count.completion_details.reasoning", a."llm.usage.reasoning_tokens", a."ai.usage.reasoningTokens");
CREATE OR REPLACE TEMP MACRO span_total(a) AS
    coalesce(a."gen_ai.usage.total_tokens", a."llm.token_count.total", a."llm.usage.total_tokens", a."ai.usage.totalTokens",
             a."ai.usage.tokens");

-- The whole input. The standard counts cached tokens inside; older instrumentation of Anthropic did not, which shows when they
-- are more than the input, when only with them the total comes out, or when Anthropic's own usage says that the input is its own.
CREATE OR REPLACE TEMP MACRO span_input(a) AS
    CASE WHEN coalesce(span_cache_read(a), 0) + coalesce(span_written(a), 0) > span_plain_input(a)
             OR (coalesce(span_cache_read(a), 0) + coalesce(span_written(a), 0) > 0
                 AND span_total(a) = span_plain_input(a) + coalesce(span_cache_read(a), 0) + coalesce(span_written(a), 0)
                     + coalesce(span_output(a), 0))
             OR (coalesce(span_cache_read(a), 0) + coalesce(span_written(a), 0) > 0
                 AND strict_int(span_raw_usage(a) ->> 'input_tokens') = span_plain_input(a))
         THEN span_plain_input(a) + coalesce(span_cache_read(a), 0) + coalesce(span_written(a), 0)
         ELSE span_plain_input(a) END;

CREATE OR REPLACE TEMP MACRO span_response_model(a) AS
    nullif(coalesce(a."gen_ai.response.model", a."ai.response.model", a."llm.response.model_name", a."llm.model_name",
                    a."gen_ai.request.model", a."llm.request.model_name", a."ai.model.id"), '');
CREATE OR REPLACE TEMP MACRO span_request_model(a) AS
    nullif(coalesce(a."gen_ai.request.model", a."llm.request.model_name", a."ai.model.id"), '');
CREATE OR REPLACE TEMP MACRO span_provider(a) AS
    CASE WHEN coalesce(a."gen_ai.provider.name", a."gen_ai.system", '') = 'gcp.gen_ai' AND a."server.address" LIKE '%aiplatform%'
         THEN 'gcp.vertex_ai'
         WHEN coalesce(a."gen_ai.provider.name", a."gen_ai.system", '') = 'gcp.gen_ai'
         THEN CASE WHEN a."server.address" LIKE '%generativelanguage%' THEN 'gcp.gemini' ELSE maker_of(span_response_model(a)) END
         ELSE coalesce(
             provider_called(regexp_replace(
                 coalesce(a."gen_ai.provider.name", a."gen_ai.system", a."llm.provider", a."llm.system", a."ai.model.provider"),
                 '\.(chat|messages|responses|completion|embedding|image|transcription|speech)$', '')),
             maker_of(span_response_model(a))) END;
CREATE OR REPLACE TEMP MACRO span_operation(a) AS
    coalesce(
        CASE a."gen_ai.operation.name" WHEN 'chat' THEN 'chat' WHEN 'generate_content' THEN 'chat'
             WHEN 'text_completion' THEN 'text_completion' WHEN 'embeddings' THEN 'embeddings' END,
        CASE a."openinference.span.kind" WHEN 'EMBEDDING' THEN 'embeddings' WHEN 'RERANKER' THEN 'rerank' END,
        CASE a."llm.request.type" WHEN 'embedding' THEN 'embeddings' WHEN 'rerank' THEN 'rerank'
             WHEN 'completion' THEN 'text_completion' END,
        CASE WHEN contains(a."ai.operationId", 'embed') THEN 'embeddings' END,
        'chat');

-- The span stands for what an agent, workflow or tool did: usage on it is a sum over calls.
CREATE OR REPLACE TEMP MACRO span_is_sum(a) AS
    coalesce(a."gen_ai.operation.name" IS NOT NULL AND a."gen_ai.operation.name" NOT IN
             ('chat', 'generate_content', 'text_completion', 'embeddings', 'completion', 'responses', 'rerank',
              'image_generation', 'speech', 'transcription', ''), FALSE)
        OR coalesce(a."openinference.span.kind" IN ('AGENT', 'CHAIN', 'TOOL', 'RETRIEVER', 'GUARDRAIL', 'EVALUATOR'), FALSE)
        OR coalesce(a."traceloop.span.kind" IN ('workflow', 'task', 'agent', 'tool'), FALSE);

-- The span itself, when no response id is known. Python's console exporter writes the ids with 0x, others without.
CREATE OR REPLACE TEMP MACRO span_key(trace_id, span_id) AS
    'otel|' || lower(regexp_replace(trace_id, '^0[xX]', '')) || '|' || lower(regexp_replace(span_id, '^0[xX]', ''));

-- The provider's response id; OpenInference keeps it only inside the answer, whose text may be cut off.
CREATE OR REPLACE TEMP MACRO span_response_id(a) AS
    coalesce(CASE WHEN NOT weak_id(a."gen_ai.response.id") THEN nullif(a."gen_ai.response.id", '') END,
             CASE WHEN NOT weak_id(a."ai.response.id") THEN nullif(a."ai.response.id", '') END,
             nullif(regexp_extract(a."output.value", '^\s*\{\s*"id":\s*"((chatcmpl-|resp_|msg_|gen-)[^"]+)"', 1), ''),
             nullif(regexp_extract(a."output.value", '"(response_id|responseId)":\s*"([A-Za-z0-9_-]{10,})"', 2), ''));
CREATE OR REPLACE TEMP MACRO span_tier(a) AS
    CASE coalesce(a."openai.response.service_tier", a."gen_ai.openai.response.service_tier", a."anthropic.response.service_tier")
         WHEN 'default' THEN 'standard' WHEN 'auto' THEN NULL
         ELSE coalesce(a."openai.response.service_tier", a."gen_ai.openai.response.service_tier",
                       a."anthropic.response.service_tier") END;
CREATE OR REPLACE TEMP MACRO span_cost(a) AS
    coalesce(a."gen_ai.usage.cost", a."gen_ai.usage.total_cost", a."llm.cost.total", a."operation.cost");
CREATE OR REPLACE TEMP MACRO span_session(a) AS
    nullif(coalesce(a."gen_ai.conversation.id", a."session.id", a."traceloop.association.properties.session_id"), '');
CREATE OR REPLACE TEMP MACRO span_user(a) AS
    nullif(coalesce(a."user.id", a."enduser.id", a."traceloop.association.properties.user_id"), '');

-- Labels out of pairs of name and value, without those that have no value.
CREATE OR REPLACE TEMP MACRO named_tags(labels) AS
    nullif(map_from_entries(list_filter(labels, lambda label: label.value IS NOT NULL AND label.value <> '')), MAP {});

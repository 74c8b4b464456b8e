-- Macros for the bodies of API responses and for what stands around them in a log.

-- The tokens of some modalities ('AUDIO', and its number in old dumps) in Google's list of modalities; NULL without a list.
CREATE OR REPLACE TEMP MACRO modality_tokens(details, kinds) AS
    CASE WHEN details IS NOT NULL
         THEN coalesce(list_sum(list_transform(
             list_filter(details, lambda item: list_contains(kinds, upper(split_part(item.modality, '.', -1)))),
             lambda item: item.tokens
         )), 0)::BIGINT END;

-- The model of a Bedrock call from the path or address of its request, '/model/<id>/converse', where the id is URL-encoded.
CREATE OR REPLACE TEMP MACRO bedrock_model(path) AS nullif(url_decode(regexp_extract(path, '/model/([^/?]+)', 1)), '');

-- The region by which a Bedrock call is billed: global for a global inference profile, else the region that was called, which
-- stands in the ARN of a profile or in the host's name. The prefix of a regional profile ('us.') does not name it.
CREATE OR REPLACE TEMP MACRO bedrock_region(model, host) AS
    CASE WHEN regexp_matches(model, '(^|/)global\.') THEN 'global'
         ELSE coalesce(
             nullif(regexp_extract(model, '^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):', 1), ''),
             nullif(regexp_extract(host, 'bedrock[a-z-]*\.([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.', 1), '')
         ) END;

-- What a Bedrock model does, from its id; NULL without one.
CREATE OR REPLACE TEMP MACRO bedrock_operation(model) AS
    CASE WHEN model IS NULL THEN NULL
         WHEN regexp_matches(model, 'embed') THEN 'embeddings'
         WHEN regexp_matches(model, 'rerank') THEN 'rerank'
         WHEN regexp_matches(model, 'image|canvas|stability\.|stable-') THEN 'image'
         WHEN regexp_matches(model, 'reel|video') THEN 'video'
         ELSE 'chat' END;

-- An instant as HTTP's Date header writes it: 'Sun, 06 Nov 1994 08:49:37 GMT'. NULL when it is none.
CREATE OR REPLACE TEMP MACRO http_time(x) AS timezone('UTC', try_strptime(x, '%a, %d %b %Y %H:%M:%S GMT'));

-- Who bills a call whose body is of OpenAI's shape: the host says it, else, with no host logged, the model's name.
-- NULL: nothing says it, and the price of another service is not taken by mistake.
CREATE OR REPLACE TEMP MACRO provider_of_body(host, model) AS
    CASE WHEN host = ''
         THEN CASE WHEN starts_with(model, 'gpt-') OR regexp_matches(
             model, '^(ft:)?(gpt-|chatgpt-|codex-|computer-use-|text-embedding-|dall-e-|whisper-1|omni-moderation|o[1-9])'
         ) THEN 'openai' END
         WHEN host LIKE '%api.openai.com%' THEN 'openai'
         WHEN host LIKE '%.azure.com%' THEN 'azure.ai.openai'
         WHEN host LIKE '%.amazonaws.com%' OR host LIKE '%.api.aws%' THEN 'aws.bedrock'
         WHEN host LIKE '%aiplatform.googleapis.com%' THEN 'gcp.vertex_ai'
         WHEN host LIKE '%generativelanguage.googleapis.com%' THEN 'gcp.gemini'
         WHEN host LIKE '%openrouter.ai%' THEN 'openrouter'
         WHEN host LIKE '%api.groq.com%' THEN 'groq'
         WHEN host LIKE '%api.deepseek.com%' THEN 'deepseek'
         WHEN host LIKE '%api.mistral.ai%' THEN 'mistral_ai'
         WHEN host LIKE '%api.x.ai%' THEN 'x_ai'
         WHEN host LIKE '%api.fireworks.ai%' THEN 'fireworks_ai'
         WHEN host LIKE '%api.together.%' THEN 'together_ai'
         WHEN host LIKE '%api.perplexity.ai%' THEN 'perplexity'
         WHEN host LIKE '%api.moonshot.%' THEN 'moonshot_ai'
         WHEN host LIKE '%api.cohere.%' THEN 'cohere' END;

-- The amount of a JSON value, for strict_decimal(): a number, a number in text, or the key `total` of an object that states its parts.
CREATE OR REPLACE TEMP MACRO json_amount(x, total) AS CASE WHEN x LIKE '{%' THEN x ->> total ELSE trim(x, '"') END;

-- An id that says nothing of itself: servers write a constant word, draw from 999 numbers ('chatcmpl-417', 'chatcmpl-A1'), or write
-- the clock in milliseconds.
CREATE OR REPLACE TEMP MACRO weak_id(id) AS
    strlen(id) <= 15 AND regexp_full_match(id, '(chat)?cmpl-[A-Z]?[0-9]{1,3}|[A-Za-z]{1,15}|1[0-9]{12}');

-- The call behind a body that has no id: the line of a batch's output, or OpenAI's own request id out of the answer's headers. Other
-- services hand back the id that the client sent, which may be one for many calls.
CREATE OR REPLACE TEMP MACRO request_key(line_id, header) AS
    coalesce(
        CASE WHEN starts_with(line_id, 'batch_req_') THEN line_id END, CASE WHEN starts_with(header[1], 'req_') THEN header[1] END
    );

-- The usage of Anthropic's analytics, the same with and without users. The format names the CTE that has its results, and itself.
CREATE OR REPLACE TEMP MACRO anthropic_analytics(results, format) AS TABLE
    -- The same bucket in two exports counts once; a later export of a bucket that was still filling is the larger one. Without a
    -- time nothing tells one range from another: such a row has no key.
    WITH named AS (
        SELECT
            *,
            CASE
                WHEN starting_at IS NOT NULL THEN concat_ws(
                    '|', format || '|bucket', epoch_ms(any_time(starting_at)), epoch_ms(any_time(ending_at)),
                    coalesce(person, ''),
                    coalesce(model, ''), coalesce(product, ''), coalesce(rbac_group_id, ''), coalesce(context_window, ''),
                    coalesce(inference_geo, ''), coalesce(speed, ''), coalesce(claude_tag_category, ''),
                    coalesce(claude_tag_user_id, ''), coalesce(slack_channel_id, '')
                )
            END AS bucket
        FROM query_table(results)
    ),

    -- Grouped by a dimension that is not read here, results of one file look alike: they are told apart, not lost.
    numbered AS (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY file_id, bucket ORDER BY output_tokens DESC NULLS LAST, uncached_input_tokens DESC NULLS LAST, line
            ) AS position
        FROM named
    )

    SELECT
        any_time(starting_at) AS started_at,
        any_time(ending_at) AS ended_at,
        requests,
        'anthropic' AS provider_name,
        model AS response_model,
        'chat' AS operation_name,
        CASE WHEN speed = 'fast' THEN 'fast' END AS service_tier,
        nullif(inference_geo, 'not_available') AS region,
        anthropic_long_context(context_window) AS long_context,
        uncached_input_tokens + coalesce(cache_read_input_tokens, 0) + coalesce(cache_creation.ephemeral_5m_input_tokens, 0)
            + coalesce(cache_creation.ephemeral_1h_input_tokens, 0) AS input_tokens,
        cache_read_input_tokens,
        cache_creation.ephemeral_5m_input_tokens AS cache_creation_5m_input_tokens,
        cache_creation.ephemeral_1h_input_tokens AS cache_creation_1h_input_tokens,
        output_tokens,
        server_tool_use.web_search_requests AS web_search_requests,
        person AS user_id,
        stated([
            {'key': 'claude_tag_category', 'value': claude_tag_category},
            {'key': 'claude_tag_user_id', 'value': claude_tag_user_id},
            {'key': 'product', 'value': product},
            {'key': 'slack_channel_id', 'value': slack_channel_id}
        ]) AS tags,
        bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
        coalesce(
            bad_time('starting_at', starting_at), bad_time('ending_at', ending_at),
            CASE
                WHEN rbac_group_id IS NOT NULL
                THEN 'rbac_group_id: the rows of teams overlap and cannot be added up. Download the report without this group.'
            END
        ) AS reject_reason,
        file_id,
        line
    FROM numbered;

-- Rows in the web application's audit, in its shape: JSON as text, times in UTC, addresses and e-mail addresses
-- made anonymous as it does. Secrets are never given to these functions.

CREATE OR REPLACE FUNCTION station.write_audit(
    p_user_id integer, p_action text, p_entity_type text, p_entity_id integer, p_details jsonb,
    p_before jsonb DEFAULT NULL, p_after jsonb DEFAULT NULL, p_request uuid DEFAULT NULL
) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO public.audit_log (
        "timestamp", user_id, action, entity_type, entity_id, details, before_state, after_state, ip_address, request_id
    )
    VALUES (
        clock_timestamp() AT TIME ZONE 'UTC', p_user_id, p_action, p_entity_type, p_entity_id, p_details::text,
        p_before::text, p_after::text, NULL, p_request::text
    )
$$;

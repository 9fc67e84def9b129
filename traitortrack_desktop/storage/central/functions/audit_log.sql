-- Rows in the web application's audit, in its shape: JSON as text, times in UTC, addresses and e-mail addresses
-- made anonymous as it does (`station.setting` "anonymise_audit": false leaves them as they are).
-- A row that cannot be as it should never costs the work it tells about.
--
-- Whoever writes many rows in one statement of his own calls `station.keep_audit_numbers()` before, takes
-- `station.audit_address()` once, and may leave out the cleaning of what is about bags alone.

CREATE OR REPLACE FUNCTION station.write_audit(
    p_user_id integer, p_action text, p_entity_type text, p_entity_id integer, p_details jsonb,
    p_before jsonb DEFAULT NULL, p_after jsonb DEFAULT NULL, p_request uuid DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    BEGIN
        PERFORM station.keep_audit_numbers();
        INSERT INTO public.audit_log (
            "timestamp", user_id, action, entity_type, entity_id, details, before_state, after_state, ip_address, request_id
        )
        VALUES (
            clock_timestamp() AT TIME ZONE 'UTC',
            -- Who was deleted a moment ago is nobody; the row lock keeps the web application from doing it now.
            (SELECT u.id FROM public."user" AS u WHERE u.id = p_user_id FOR KEY SHARE),
            left(p_action, 50), left(p_entity_type, 20), p_entity_id,
            station.for_the_audit(p_details)::text,
            station.snapshot(p_before)::text, station.snapshot(p_after)::text,
            station.audit_address(), p_request::text
        );
    EXCEPTION
        WHEN transaction_rollback OR lock_not_available OR insufficient_resources THEN
            RAISE;  -- that is nothing about the audit: the caller tries again
        WHEN OTHERS THEN
            RAISE LOG 'a row of the audit (%) could not be written: % (%)', p_action, SQLERRM, SQLSTATE;
    END;
END
$$;

-- A copy of a database may leave a sequence behind the ids that it brought. Looked at once in a transaction.
CREATE OR REPLACE FUNCTION station.keep_audit_numbers() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF current_setting('station.audit_numbers', true) IS DISTINCT FROM 'kept' THEN
        PERFORM station.keep_numbers('public.audit_log');
        PERFORM set_config('station.audit_numbers', 'kept', true);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION station.audit_is_anonymous() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT lower(s.value #>> '{}') NOT IN ('false', 'off', 'no', '0')
         FROM station.setting AS s WHERE s.name = 'anonymise_audit'),
        true)
$$;

-- From where the session comes; NULL on a local socket.
CREATE OR REPLACE FUNCTION station.audit_address() RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT host(CASE WHEN station.audit_is_anonymous()
                     THEN network(set_masklen(a.address, CASE family(a.address) WHEN 4 THEN 24 ELSE 48 END))
                     ELSE a.address END)
    FROM inet_client_addr() AS a (address)
$$;

-- An IPv4 address with 0 for its last part, the first three groups of an IPv6 address, *** for anything else.
CREATE OR REPLACE FUNCTION station.anonymous_address(p_address text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    IF p_address ~ '^[0-9]{1,3}(\.[0-9]{1,3}){3}$' THEN
        RETURN regexp_replace(p_address, '[0-9]+$', '0');
    ELSIF p_address LIKE '%:%' THEN
        BEGIN
            RETURN host(network(set_masklen(p_address::inet, 48)));
        EXCEPTION
            WHEN data_exception THEN
                NULL;
        END;
    END IF;
    RETURN CASE WHEN p_address IS NOT NULL THEN '***' END;
END
$$;

CREATE OR REPLACE FUNCTION station.anonymous_email(p_email text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_email ~ '^[^@].*@' THEN left(p_email, 1) || '***@' || regexp_replace(p_email, '^.*@', '')
                WHEN p_email IS NOT NULL THEN '***' END
$$;

-- The same values as they may stand in the audit: nothing secret, and addresses made anonymous.
CREATE OR REPLACE FUNCTION station.for_the_audit(p_values jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN p_values::text ~* '"(email|user_email|email_address|ip|ip_address|remote_addr|client_ip)":'
             AND station.audit_is_anonymous()
        THEN station.cleaned(p_values, true)
        ELSE station.without_secrets(p_values) END
$$;

-- What is secret, or lets somebody become somebody else, stands in no audit; where there is none, as it came.
CREATE OR REPLACE FUNCTION station.without_secrets(p_values jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_values::text ~* ('"(' || array_to_string(station.secret_names(), '|') || ')":')
                THEN station.cleaned(p_values, false) ELSE p_values END
$$;

CREATE OR REPLACE FUNCTION station.secret_names() RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
    SELECT ARRAY[
        'password', 'password_hash', 'proof', 'verification_token', 'reset_token', 'password_reset_token',
        'password_reset_token_expires', 'totp_secret', 'two_fa_secret', 'api_key', 'secret_key', 'pin',
        'pin_hash', 'code_hash', 'badge_code'
    ]
$$;

-- The one walk through all values, however deep: leaves out secrets, and makes addresses anonymous if asked to.
CREATE OR REPLACE FUNCTION station.cleaned(p_values jsonb, p_anonymous boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN CASE jsonb_typeof(p_values)
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(e.key, CASE
                WHEN jsonb_typeof(e.value) <> 'string' THEN station.cleaned(e.value, p_anonymous)
                WHEN p_anonymous AND lower(e.key) IN ('email', 'user_email', 'email_address')
                THEN to_jsonb(station.anonymous_email(e.value #>> '{}'))
                WHEN p_anonymous AND lower(e.key) IN ('ip', 'ip_address', 'remote_addr', 'client_ip')
                THEN to_jsonb(station.anonymous_address(e.value #>> '{}'))
                ELSE e.value END), '{}')
            FROM jsonb_each(p_values) AS e
            WHERE lower(e.key) <> ALL (station.secret_names()))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(station.cleaned(i.value, p_anonymous) ORDER BY i.place), '[]')
            FROM jsonb_array_elements(p_values) WITH ORDINALITY AS i (value, place))
        ELSE p_values END;
END
$$;

-- How an account stood, as the web application keeps it: without the throttle's counts too.
CREATE OR REPLACE FUNCTION station.snapshot(p_values jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT station.for_the_audit(CASE
        WHEN jsonb_typeof(p_values) <> 'object' THEN p_values
        ELSE p_values - ARRAY['failed_login_attempts', 'locked_until', 'last_failed_login'] END)
$$;

-- A text of the audit as an object: plain text, or JSON that is broken, too deep or no object, stands under "text".
CREATE OR REPLACE FUNCTION station.audit_object(p_text text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_values jsonb;
    v_secret constant text :=
        'password_hash|pin_hash|code_hash|verification_token|reset_token|totp_secret|two_fa_secret|secret_key|api_key';
BEGIN
    IF p_text IS NULL THEN
        RETURN NULL;
    END IF;
    BEGIN
        v_values := station.without_secrets(p_text::jsonb);
    EXCEPTION
        WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
            v_values := NULL;
    END;
    IF jsonb_typeof(v_values) = 'object' THEN
        RETURN v_values;
    ELSIF p_text ~* v_secret THEN
        RETURN '{"text": "***"}';
    END IF;
    RETURN jsonb_build_object('text', coalesce(
        CASE WHEN jsonb_typeof(v_values) = 'string' THEN v_values #>> '{}' END, left(p_text, 10000)));
END
$$;

-- Rows with ids below p_before, newest first. p_filter: username, action (may end with *), entity_type, since
-- and until (with zone), request. The web application mostly leaves out who it was: in a row about signing in
-- it is the account that the row is about. Written out with what is asked for alone, so that its index serves.
CREATE OR REPLACE FUNCTION station.audit_page(p_filter jsonb, p_before bigint, p_limit integer)
RETURNS TABLE (
    id bigint, at text, username text, action text, entity_type text, entity_id integer,
    details jsonb, before jsonb, after jsonb, address text, request text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_users   integer[];
    v_actions text[];
    v_since   timestamp := (p_filter ->> 'since')::timestamptz AT TIME ZONE 'UTC';
    v_until   timestamp := (p_filter ->> 'until')::timestamptz AT TIME ZONE 'UTC';
BEGIN
    IF p_filter ->> 'username' IS NOT NULL THEN
        v_users := ARRAY(SELECT u.id FROM public."user" AS u WHERE u.username = p_filter ->> 'username');
    END IF;
    IF p_filter ->> 'action' IS NOT NULL THEN
        v_actions := station.audit_actions(p_filter ->> 'action');
    END IF;
    RETURN QUERY EXECUTE concat_ws(' ',
        'WITH page AS (SELECT a.* FROM public.audit_log AS a WHERE true',
        CASE WHEN p_before IS NOT NULL THEN 'AND a.id < $1' END,
        CASE WHEN v_users IS NOT NULL THEN
            'AND (a.user_id = ANY ($2) OR a.user_id IS NULL AND a.entity_type = ''auth'' AND a.entity_id = ANY ($2))' END,
        CASE WHEN v_actions IS NOT NULL THEN 'AND a.action = ANY ($3)' END,
        CASE WHEN p_filter ->> 'entity_type' IS NOT NULL THEN 'AND a.entity_type = $4' END,
        CASE WHEN v_since IS NOT NULL THEN 'AND a."timestamp" >= $5' END,
        CASE WHEN v_until IS NOT NULL THEN 'AND a."timestamp" < $6' END,
        CASE WHEN p_filter ->> 'request' IS NOT NULL THEN 'AND a.request_id = $7' END,
        'ORDER BY a.id DESC LIMIT $8)',
        'SELECT p.id::bigint, station.audit_moment(p."timestamp"), u.username::text, p.action::text,',
        'p.entity_type::text, p.entity_id, coalesce(station.audit_object(p.details), ''{}''),',
        'station.audit_object(p.before_state), station.audit_object(p.after_state), p.ip_address::text, p.request_id::text',
        'FROM page AS p LEFT JOIN public."user" AS u',
        'ON u.id = CASE WHEN p.user_id IS NULL AND p.entity_type = ''auth'' THEN p.entity_id ELSE p.user_id END',
        'ORDER BY p.id DESC')
    USING p_before, v_users, v_actions, p_filter ->> 'entity_type', v_since, v_until, p_filter ->> 'request',
          least(greatest(p_limit, 1), 1001);
END
$$;

-- The actions that a wish means, each read once from the index: there are few, in very many rows.
CREATE OR REPLACE FUNCTION station.audit_actions(p_action text) RETURNS text[]
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_action NOT LIKE '%*' THEN ARRAY[p_action] ELSE ARRAY(
        WITH RECURSIVE known (action) AS (
            SELECT min(a.action) FROM public.audit_log AS a
            UNION ALL
            SELECT (SELECT min(a.action) FROM public.audit_log AS a WHERE a.action > k.action)
            FROM known AS k WHERE k.action IS NOT NULL
        )
        SELECT k.action FROM known AS k WHERE starts_with(k.action, rtrim(p_action, '*'))
    ) END
$$;

-- A moment that every calendar has: what lies outside stands at its edge.
CREATE OR REPLACE FUNCTION station.audit_moment(p_utc timestamp) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT station.utc_text(least(greatest(coalesce(p_utc, '0001-01-03'), '0001-01-03'), '9999-12-30'))
$$;

CREATE OR REPLACE FUNCTION station.audit_entries(
    p_device uuid, p_session uuid, p_filter jsonb, p_before bigint, p_limit integer
)
RETURNS TABLE (
    id bigint, at text, username text, action text, entity_type text, entity_id integer,
    details jsonb, before jsonb, after jsonb, address text, request text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.administrator(p_device, p_session);
    RETURN QUERY SELECT * FROM station.audit_page(p_filter, p_before, p_limit);
END
$$;

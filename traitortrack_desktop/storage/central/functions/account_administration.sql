-- Accounts as administrators keep them. The rules are the web application's and stand here alone: the owner's
-- commands call them directly (no actor id, p_actor names the database account), stations through functions that
-- demand an administrator's session. Passwords and PINs come as hashes, badges as the SHA-256 of their codes.
--
-- One change at a time: an advisory lock makes "the last administrator" and "the tenth dispatcher" exact among
-- stations; row locks keep the web application from changing what a rule was read from.
--
-- Where nothing keeps names unique, the oldest account of a name is meant. SQLSTATE 22023: not a wish of this kind.

-- Returns {"problem": null} when it is done, else the name of what is against it. What changes nothing is done
-- and leaves no row in the audit.
CREATE OR REPLACE FUNCTION station.change_account(
    p_actor_id integer, p_actor text, p_act text, p_username text, p_values jsonb
) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user integer;
BEGIN
    PERFORM station.let_triggers_find_tables();
    PERFORM station.wait_for_turn('accounts');
    IF p_act = 'create' THEN
        RETURN jsonb_build_object('problem', station.create_account(p_actor_id, p_actor, p_username, p_values));
    END IF;
    SELECT u.id INTO v_user FROM public."user" AS u
    WHERE u.username = p_username ORDER BY u.id LIMIT 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN '{"problem": "not_found"}';
    END IF;
    RETURN jsonb_build_object('problem', CASE
        WHEN p_act = 'edit' THEN station.edit_account(p_actor_id, p_actor, v_user, p_values)
        WHEN p_act = 'disable' THEN station.disable_account(p_actor_id, p_actor, v_user)
        WHEN p_act = 'enable' THEN station.enable_account(p_actor_id, p_actor, v_user)
        WHEN p_act = 'unlock' THEN station.unlock_account(p_actor_id, p_actor, v_user)
        WHEN p_act = 'reset_password'
        THEN station.reset_password(p_actor_id, p_actor, v_user, p_values ->> 'password_hash')
        WHEN p_act = 'make_badge' THEN station.make_badge(p_actor_id, p_actor, v_user, p_values)
        WHEN p_act = 'revoke_badges' THEN station.revoke_badges(p_actor_id, p_actor, v_user)
        WHEN p_act = 'set_pin' THEN station.set_pin(p_actor_id, p_actor, v_user, p_values ->> 'pin_hash')
        WHEN p_act = 'remove_pin' THEN station.remove_pin(p_actor_id, p_actor, v_user)
        WHEN p_act = 'end_sessions' THEN station.end_sessions(p_actor_id, p_actor, v_user)
        ELSE station.unknown_act(p_act) END);
END
$$;

CREATE OR REPLACE FUNCTION station.unknown_act(p_act text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'nothing called % can be done to an account', p_act USING ERRCODE = '22023';
END
$$;

-- A hash as the web application's library makes them: anything else would be a password in plain text.
CREATE OR REPLACE FUNCTION station.require_hash(p_hash text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF p_hash ~ '^(scrypt|pbkdf2):[a-z0-9:]+\$[^$]+\$[0-9a-f]{32,}$' AND length(p_hash) <= 256 THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'that is no hash of a password' USING ERRCODE = '22023';
END
$$;

-- How an account stands, for the audit: without what is secret.
CREATE OR REPLACE FUNCTION station.account_snapshot(p_user integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'id', u.id, 'username', u.username, 'email', u.email, 'role', u.role, 'dispatch_area', u.dispatch_area,
        'verified', u.verified, 'two_fa_enabled', u.two_fa_enabled, 'created_at', u.created_at)
    FROM public."user" AS u WHERE u.id = p_user
$$;

CREATE OR REPLACE FUNCTION station.audit_account(
    p_actor_id integer, p_actor text, p_action text, p_user integer, p_details jsonb,
    p_before jsonb DEFAULT NULL, p_after jsonb DEFAULT NULL
) RETURNS void
LANGUAGE sql
AS $$
    SELECT station.write_audit(
        p_actor_id, p_action, 'user', p_user,
        jsonb_build_object('username', (SELECT u.username FROM public."user" AS u WHERE u.id = p_user), 'by', p_actor)
            || p_details,
        p_before, p_after)
$$;

-- ---------------------------------------------------------------- rules

CREATE OR REPLACE FUNCTION station.email_problem(p_email text, p_user integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN p_email !~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+\.[^@.[:space:][:cntrl:]]+$' OR length(p_email) > 120
        THEN 'bad_email'
        WHEN EXISTS (SELECT FROM public."user" AS u
                     WHERE lower(u.email) = lower(p_email) AND u.id IS DISTINCT FROM p_user)
        THEN 'email_taken' END
$$;

-- Of a role and an area that somebody is to have.
CREATE OR REPLACE FUNCTION station.place_problem(p_role text, p_area text, p_user integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN p_role IS NULL OR p_role NOT IN ('admin', 'biller', 'dispatcher') THEN 'unknown_role'
        WHEN p_area <> ALL (station.dispatch_areas()) THEN 'unknown_area'
        WHEN p_role = 'dispatcher' AND p_area IS NULL THEN 'area_needed'
        WHEN p_role = 'dispatcher' AND 10 <= (
            SELECT count(*) FROM public."user" AS u
            WHERE u.role = 'dispatcher' AND u.dispatch_area = p_area AND u.id IS DISTINCT FROM p_user)
        THEN 'area_full' END
$$;

-- Whether nobody else could administer any more. The rows stay locked, so that nobody changes them meanwhile.
CREATE OR REPLACE FUNCTION station.is_last_administrator(p_user integer) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM 1 FROM public."user" AS u WHERE u.role = 'admin' ORDER BY u.id FOR NO KEY UPDATE;
    RETURN EXISTS (SELECT FROM public."user" AS u WHERE u.id = p_user AND u.role = 'admin')
           AND NOT EXISTS (SELECT FROM public."user" AS u WHERE u.role = 'admin' AND u.verified AND u.id <> p_user);
END
$$;

-- Of another role for somebody. A biller keeps it while bills of their own are open.
CREATE OR REPLACE FUNCTION station.role_problem(p_actor_id integer, p_user integer, p_role text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    IF p_actor_id = p_user THEN
        RETURN 'own_role';
    ELSIF p_role <> 'admin' AND station.is_last_administrator(p_user) THEN
        RETURN 'last_administrator';
    ELSIF EXISTS (SELECT FROM public."user" AS u JOIN public.bill AS b ON b.created_by_id = u.id
                  WHERE u.id = p_user AND u.role = 'biller' AND b.status IS DISTINCT FROM 'completed') THEN
        RETURN 'open_bills';
    END IF;
    RETURN NULL;
END
$$;

-- ---------------------------------------------------------------- what is done

CREATE OR REPLACE FUNCTION station.create_account(
    p_actor_id integer, p_actor text, p_username text, p_values jsonb
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_email   text := coalesce(nullif(p_values ->> 'email', ''), p_username || '@station.invalid');
    v_area    text := nullif(p_values ->> 'area', '');
    v_problem text;
    v_user    integer;
BEGIN
    v_problem := CASE
        WHEN p_username IS NULL OR p_username !~ '^[A-Za-z0-9_]{3,20}$' THEN 'bad_name'
        WHEN EXISTS (SELECT FROM public."user" AS u WHERE u.username = p_username) THEN 'name_taken'
        ELSE coalesce(station.place_problem(p_values ->> 'role', v_area, NULL), station.email_problem(v_email, NULL)) END;
    IF v_problem IS NOT NULL THEN
        RETURN v_problem;
    END IF;
    PERFORM station.require_hash(p_values ->> 'password_hash');
    PERFORM station.keep_numbers('public."user"');
    INSERT INTO public."user" (
        username, email, password_hash, role, dispatch_area, verified, created_at, failed_login_attempts, two_fa_enabled
    )
    VALUES (
        p_username, v_email, p_values ->> 'password_hash', p_values ->> 'role', v_area, true,
        clock_timestamp() AT TIME ZONE 'UTC', 0, false
    )
    ON CONFLICT DO NOTHING
    RETURNING id INTO v_user;
    IF v_user IS NULL THEN  -- the web application was faster
        RETURN CASE WHEN EXISTS (SELECT FROM public."user" AS u WHERE u.username = p_username)
                    THEN 'name_taken' ELSE 'email_taken' END;
    END IF;
    PERFORM station.audit_account(
        p_actor_id, p_actor, 'account_created', v_user, '{}', NULL, station.account_snapshot(v_user));
    RETURN NULL;
END
$$;

-- What is not named stays; but an area goes with a dispatcher's role, and a PIN with a biller's. Whoever gets
-- another role signs in anew.
CREATE OR REPLACE FUNCTION station.edit_account(
    p_actor_id integer, p_actor text, p_user integer, p_values jsonb
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_before  jsonb := station.account_snapshot(p_user);
    v_role    text := coalesce(p_values ->> 'role', v_before ->> 'role');
    v_email   text := coalesce(p_values ->> 'email', v_before ->> 'email');
    v_area    text := CASE WHEN p_values ? 'area' THEN nullif(p_values ->> 'area', '')
                           WHEN p_values ->> 'role' IN ('admin', 'biller') AND v_before ->> 'role' <> v_role THEN NULL
                           ELSE v_before ->> 'dispatch_area' END;
    v_changed text[] := array_remove(ARRAY[
        CASE WHEN v_role IS DISTINCT FROM v_before ->> 'role' THEN 'role' END,
        CASE WHEN v_area IS DISTINCT FROM v_before ->> 'dispatch_area' THEN 'dispatch_area' END,
        CASE WHEN v_email IS DISTINCT FROM v_before ->> 'email' THEN 'email' END], NULL);
    v_problem text;
BEGIN
    v_problem := coalesce(
        CASE WHEN v_changed && '{role,dispatch_area}' THEN
            station.place_problem(coalesce(v_role, 'dispatcher'), v_area, p_user) END,
        CASE WHEN 'role' = ANY (v_changed) THEN station.role_problem(p_actor_id, p_user, v_role) END,
        CASE WHEN 'email' = ANY (v_changed) THEN station.email_problem(v_email, p_user) END);
    IF v_problem IS NOT NULL OR cardinality(v_changed) = 0 THEN
        RETURN v_problem;
    END IF;
    BEGIN
        UPDATE public."user" SET role = v_role, dispatch_area = v_area, email = v_email WHERE id = p_user;
    EXCEPTION
        WHEN unique_violation THEN
            RETURN 'email_taken';  -- the web application was faster
    END;
    IF 'role' = ANY (v_changed) THEN
        DELETE FROM station.pin WHERE user_id = p_user AND v_role <> 'biller';
        PERFORM station.close_sessions(p_user, p_actor);
    END IF;
    PERFORM station.audit_account(
        p_actor_id, p_actor, CASE WHEN 'role' = ANY (v_changed) THEN 'role_change' ELSE 'account_edited' END, p_user,
        jsonb_build_object('changed', v_changed), v_before, station.account_snapshot(p_user));
    RETURN NULL;
END
$$;

-- Sessions end here as if by themselves: what stations are told of is the account (station.session_trouble).
CREATE OR REPLACE FUNCTION station.disable_account(p_actor_id integer, p_actor text, p_user integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_before jsonb := station.account_snapshot(p_user);
BEGIN
    IF p_actor_id = p_user THEN
        RETURN 'own_account';
    ELSIF (v_before ->> 'verified')::boolean IS NOT TRUE THEN
        RETURN NULL;
    ELSIF station.is_last_administrator(p_user) THEN
        RETURN 'last_administrator';
    END IF;
    UPDATE public."user" SET verified = false WHERE id = p_user;
    PERFORM station.close_sessions(p_user, NULL);
    PERFORM station.audit_account(
        p_actor_id, p_actor, 'account_disabled', p_user, '{}', v_before, station.account_snapshot(p_user));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.enable_account(p_actor_id integer, p_actor text, p_user integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_before jsonb := station.account_snapshot(p_user);
BEGIN
    IF (v_before ->> 'verified')::boolean THEN
        RETURN NULL;
    END IF;
    UPDATE public."user" SET verified = true WHERE id = p_user;
    PERFORM station.audit_account(
        p_actor_id, p_actor, 'account_enabled', p_user, '{}', v_before, station.account_snapshot(p_user));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.unlock_account(p_actor_id integer, p_actor text, p_user integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_locked     boolean := station.clear_lock(p_user);
    v_pin_locked boolean;
BEGIN
    UPDATE station.pin AS p SET failures = 0, locked_until = NULL
    FROM (SELECT k.user_id, coalesce(k.locked_until > clock_timestamp(), false) AS locked
          FROM station.pin AS k WHERE k.user_id = p_user FOR UPDATE) AS was
    WHERE p.user_id = was.user_id AND (p.failures <> 0 OR p.locked_until IS NOT NULL)
    RETURNING was.locked INTO v_pin_locked;
    IF v_locked IS NOT NULL OR v_pin_locked IS NOT NULL THEN
        PERFORM station.audit_account(
            p_actor_id, p_actor, 'account_unlocked', p_user, '{}',
            jsonb_build_object('locked', coalesce(v_locked, false), 'pin_locked', coalesce(v_pin_locked, false)),
            '{"locked": false, "pin_locked": false}');
    END IF;
    RETURN NULL;
END
$$;

-- Somebody else may know the password before: its sign-ins end.
CREATE OR REPLACE FUNCTION station.reset_password(
    p_actor_id integer, p_actor text, p_user integer, p_hash text
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_locked boolean;
BEGIN
    PERFORM station.require_hash(p_hash);
    v_locked := coalesce(station.clear_lock(p_user), false);
    UPDATE public."user" SET password_hash = p_hash WHERE id = p_user;
    PERFORM station.audit_account(
        p_actor_id, p_actor, 'password_reset', p_user, '{}',
        jsonb_build_object('locked', v_locked), '{"locked": false}');
    RETURN station.end_sessions(p_actor_id, p_actor, p_user);
END
$$;

-- One badge counts: a new one ends those before it.
CREATE OR REPLACE FUNCTION station.make_badge(
    p_actor_id integer, p_actor text, p_user integer, p_values jsonb
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_hash    bytea := decode(p_values ->> 'code_hash', 'hex');
    v_expires timestamptz := (p_values ->> 'expires_at')::timestamptz;
    v_before  jsonb := station.badges_in_audit(p_user);
BEGIN
    IF octet_length(v_hash) IS DISTINCT FROM 32 THEN
        RAISE EXCEPTION 'that is no SHA-256 of a badge' USING ERRCODE = '22023';
    ELSIF v_expires IS NOT NULL AND (NOT isfinite(v_expires) OR v_expires > '9999-01-01') THEN
        RAISE EXCEPTION 'no calendar has the end of this badge' USING ERRCODE = '22023';
    ELSIF EXISTS (SELECT FROM station.badge AS b WHERE b.code_hash = v_hash) THEN
        RETURN 'badge_taken';
    END IF;
    UPDATE station.badge SET revoked_at = clock_timestamp(), revoked_by = p_actor
    WHERE user_id = p_user AND revoked_at IS NULL;
    INSERT INTO station.badge (user_id, code_hash, made_by, expires_at) VALUES (p_user, v_hash, p_actor, v_expires);
    PERFORM station.audit_account(
        p_actor_id, p_actor, 'badge_made', p_user, '{}', v_before, station.badges_in_audit(p_user));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.revoke_badges(p_actor_id integer, p_actor text, p_user integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_before jsonb := station.badges_in_audit(p_user);
BEGIN
    UPDATE station.badge SET revoked_at = clock_timestamp(), revoked_by = p_actor
    WHERE user_id = p_user AND revoked_at IS NULL;
    IF FOUND THEN
        PERFORM station.audit_account(
            p_actor_id, p_actor, 'badge_revoked', p_user, '{}', v_before, station.badges_in_audit(p_user));
    END IF;
    RETURN NULL;
END
$$;

-- The numbers of the badges that count, and until when: never a code nor its hash.
CREATE OR REPLACE FUNCTION station.badges_in_audit(p_user integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object('badges', coalesce(
        jsonb_agg(jsonb_build_object('badge', b.id, 'expires_at', b.expires_at) ORDER BY b.made_at), '[]'))
    FROM station.badge AS b WHERE b.user_id = p_user AND b.revoked_at IS NULL
$$;

CREATE OR REPLACE FUNCTION station.set_pin(
    p_actor_id integer, p_actor text, p_user integer, p_hash text
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_had boolean := EXISTS (SELECT FROM station.pin WHERE user_id = p_user);
BEGIN
    IF NOT EXISTS (SELECT FROM public."user" AS u WHERE u.id = p_user AND u.role = 'biller') THEN
        RETURN 'pin_not_for_role';
    END IF;
    PERFORM station.require_hash(p_hash);
    INSERT INTO station.pin (user_id, pin_hash, set_by) VALUES (p_user, p_hash, p_actor)
    ON CONFLICT (user_id) DO UPDATE
        SET pin_hash = excluded.pin_hash, set_by = excluded.set_by, set_at = clock_timestamp(),
            failures = 0, locked_until = NULL;
    PERFORM station.audit_account(p_actor_id, p_actor, 'pin_set', p_user, '{}',
                                  jsonb_build_object('has_pin', v_had), '{"has_pin": true}');
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.remove_pin(p_actor_id integer, p_actor text, p_user integer) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM station.pin WHERE user_id = p_user;
    IF FOUND THEN
        PERFORM station.audit_account(p_actor_id, p_actor, 'pin_removed', p_user, '{}',
                                      '{"has_pin": true}', '{"has_pin": false}');
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.end_sessions(p_actor_id integer, p_actor text, p_user integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_ended integer := station.close_sessions(p_user, p_actor);
BEGIN
    IF v_ended > 0 THEN
        PERFORM station.audit_account(
            p_actor_id, p_actor, 'session_revoked', p_user, '{}',
            jsonb_build_object('open_sessions', v_ended), '{"open_sessions": 0}');
    END IF;
    RETURN NULL;
END
$$;

-- p_by: the administrator who ends them; NULL: as if by themselves. Returns how many were open. They are locked in
-- the order of their ids, as everywhere.
CREATE OR REPLACE FUNCTION station.close_sessions(p_user integer, p_by text) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_ended integer;
BEGIN
    PERFORM 1 FROM station.session WHERE user_id = p_user AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE;
    UPDATE station.session SET ended_at = clock_timestamp(), ended_by = p_by WHERE user_id = p_user AND ended_at IS NULL;
    GET DIAGNOSTICS v_ended = ROW_COUNT;
    RETURN v_ended;
END
$$;

-- One session, whoever has it; nothing when there is none, or an administrator ended it before.
CREATE OR REPLACE FUNCTION station.revoke_one_session(p_actor_id integer, p_actor text, p_ended uuid) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT station.end_session(p_ended, p_by => p_actor) THEN
        RETURN false;
    END IF;
    PERFORM station.audit_account(
        p_actor_id, p_actor, 'session_revoked', s.user_id,
        jsonb_build_object('username', s.username, 'station', d.name, 'way', s.way, 'started_at', s.started_at))
    FROM station.session AS s LEFT JOIN station.device AS d ON d.id = s.device
    WHERE s.id = p_ended;
    RETURN true;
END
$$;

-- ---------------------------------------------------------------- reading

-- Accounts in the order of their names, duplicates in that of their ids. p_after: a name, behind which to go on, or
-- what *place* of the last row says, which tells duplicates apart. p_search: a part of a name or of an address.
CREATE OR REPLACE FUNCTION station.accounts_page(p_search text, p_after text, p_limit integer)
RETURNS TABLE (
    id integer, username text, email text, role text, area text, verified boolean, locked_until timestamptz,
    two_factor boolean, has_pin boolean, badge_made_at timestamptz, badge_expires_at timestamptz,
    last_sign_in_at timestamptz, open_sessions integer, place text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name text := split_part(p_after, E'\x1f', 1);
    v_id   bigint := coalesce(nullif(split_part(p_after, E'\x1f', 2), '')::bigint, 9223372036854775807);
BEGIN
    RETURN QUERY EXECUTE concat_ws(' ',
        'WITH page AS (SELECT u.* FROM public."user" AS u WHERE true',
        CASE WHEN p_after IS NOT NULL THEN 'AND (u.username, u.id::bigint) > ($1, $2) AND u.username >= $1' END,
        CASE WHEN p_search <> '' THEN
            'AND (strpos(lower(u.username), lower($3)) > 0 OR strpos(lower(u.email), lower($3)) > 0)' END,
        'ORDER BY u.username, u.id LIMIT $4),',
        'open AS (SELECT s.user_id, count(*)::integer AS sessions FROM station.session AS s',
        'WHERE s.ended_at IS NULL AND s.user_id IN (SELECT p.id FROM page AS p) GROUP BY s.user_id)',
        'SELECT p.id, p.username::text, p.email::text, coalesce(p.role, ''dispatcher'')::text, p.dispatch_area::text,',
        'coalesce(p.verified, false),',
        'CASE WHEN p.locked_until IS NOT NULL THEN station.account_locked_until(p.locked_until) END,',
        'coalesce(p.two_fa_enabled, false),',
        'EXISTS (SELECT FROM station.pin AS k WHERE k.user_id = p.id), b.made_at, b.expires_at,',
        '(SELECT max(s.started_at) FROM station.session AS s WHERE s.user_id = p.id),',
        'coalesce(o.sessions, 0), p.username || E''\x1f'' || p.id',
        'FROM page AS p LEFT JOIN open AS o ON o.user_id = p.id',
        'LEFT JOIN LATERAL (SELECT g.made_at, g.expires_at FROM station.badge AS g',
        'WHERE g.user_id = p.id AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > clock_timestamp())',
        'ORDER BY g.made_at DESC LIMIT 1) AS b ON true',
        'ORDER BY p.username, p.id')
    USING v_name, v_id, p_search, least(greatest(p_limit, 1), 1001);
END
$$;

-- Open sessions, newest first, then those that ended; of one person's where a name is given.
CREATE OR REPLACE FUNCTION station.sessions_page(p_username text, p_limit integer)
RETURNS TABLE (
    id uuid, username text, station text, way text, rights text, started_at timestamptz, last_seen_at timestamptz,
    ended_at timestamptz, ended_by text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_users integer[] := ARRAY(SELECT u.id FROM public."user" AS u WHERE u.username = p_username);
    v_whose text := CASE WHEN p_username IS NOT NULL THEN 'AND s.user_id = ANY ($2)' END;
BEGIN
    RETURN QUERY EXECUTE concat_ws(' ',
        'WITH page AS (',
        '(SELECT s.* FROM station.session AS s WHERE s.ended_at IS NULL', v_whose, 'ORDER BY s.started_at DESC LIMIT $1)',
        'UNION ALL',
        '(SELECT s.* FROM station.session AS s WHERE s.ended_at IS NOT NULL', v_whose, 'ORDER BY s.started_at DESC LIMIT $1))',
        'SELECT p.id, p.username, coalesce(d.name, p.device::text), p.way, p.rights, p.started_at, p.last_seen_at,',
        'p.ended_at, p.ended_by',
        'FROM page AS p LEFT JOIN station.device AS d ON d.id = p.device',
        'ORDER BY p.ended_at IS NOT NULL, p.started_at DESC LIMIT $1')
    USING least(greatest(p_limit, 1), 1000), v_users;
END
$$;

-- ---------------------------------------------------------------- what stations call

CREATE OR REPLACE FUNCTION station.accounts(
    p_device uuid, p_session uuid, p_search text, p_after text, p_limit integer
)
RETURNS TABLE (
    id integer, username text, email text, role text, area text, verified boolean, locked_until timestamptz,
    two_factor boolean, has_pin boolean, badge_made_at timestamptz, badge_expires_at timestamptz,
    last_sign_in_at timestamptz, open_sessions integer, place text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.administrator(p_device, p_session);
    RETURN QUERY SELECT * FROM station.accounts_page(p_search, p_after, p_limit);
END
$$;

CREATE OR REPLACE FUNCTION station.administer_account(
    p_device uuid, p_session uuid, p_act text, p_username text, p_values jsonb
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_actor record;
BEGIN
    PERFORM station.administrator(p_device, p_session);
    -- Looked at again when it is this one's turn: the change before may have been to this administrator.
    PERFORM station.wait_for_turn('accounts');
    SELECT * INTO v_actor FROM station.administrator(p_device, p_session);
    RETURN station.change_account(v_actor.user_id, v_actor.username, p_act, p_username, p_values);
END
$$;

CREATE OR REPLACE FUNCTION station.sessions(p_device uuid, p_session uuid, p_username text)
RETURNS TABLE (
    id uuid, username text, station text, way text, rights text, started_at timestamptz, last_seen_at timestamptz,
    ended_at timestamptz, ended_by text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.administrator(p_device, p_session);
    RETURN QUERY SELECT * FROM station.sessions_page(p_username, 200);
END
$$;

CREATE OR REPLACE FUNCTION station.revoke_session(p_device uuid, p_session uuid, p_ended uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_actor record;
BEGIN
    SELECT * INTO v_actor FROM station.administrator(p_device, p_session);
    RETURN station.revoke_one_session(v_actor.user_id, v_actor.username, p_ended);
END
$$;

-- Who is signed in at which station. Times with zone.
--
-- A session belongs to the station that made its id. It ends by itself (ended_by NULL: somebody else signed in,
-- or signed out) or because an administrator ended it (ended_by: who). Work under a session that ended by
-- itself is as good as any: what was done without the centre arrives later than what was done with it.
--
-- SQLSTATE of our own: TT006 the session is none of an administrator with full rights, or has ended.

-- Refuses whoever looks at the centre as it was: a snapshot from before would keep what was taken from somebody
-- since, and count nothing that others counted.
CREATE OR REPLACE FUNCTION station.see_what_is_committed() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'this needs READ COMMITTED' USING ERRCODE = '25001';
    END IF;
END
$$;

-- What somebody shows to the centre who signs in, as it is now: the SHA-256 of the hash that it is compared with.
CREATE OR REPLACE FUNCTION station.shown_to_sign_in(p_user_id integer, p_way text) RETURNS bytea
LANGUAGE sql STABLE
AS $$
    SELECT sha256(convert_to(CASE p_way
        WHEN 'password' THEN (SELECT u.password_hash FROM public."user" AS u WHERE u.id = p_user_id)
        WHEN 'pin' THEN (SELECT p.pin_hash FROM station.pin AS p WHERE p.user_id = p_user_id) END, 'UTF8'))
$$;

-- What a sign-in without the centre is worth, when the centre hears of it: full rights only where this station
-- may remember that person, who showed what is still the same to the centre at this very station in the last 30
-- days, in a session that no administrator ended.
CREATE OR REPLACE FUNCTION station.rights_without_centre(p_device uuid, p_user_id integer, p_way text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_way IN ('remembered_password', 'remembered_pin') AND EXISTS (
        SELECT FROM station.session AS s
        WHERE s.user_id = p_user_id AND s.device = p_device
          AND s.way = substr(p_way, length('remembered_') + 1) AND s.rights = 'full'  -- not only said so by an entry
          AND s.started_at > clock_timestamp() - interval '30 days' AND s.ended_by IS NULL
          AND s.shown = station.shown_to_sign_in(p_user_id, s.way)
    ) AND EXISTS (
        SELECT FROM public."user" AS u WHERE u.id = p_user_id AND u.role IS DISTINCT FROM 'admin'
    ) THEN 'full' ELSE 'operator' END
$$;

-- Whether the account that has a session's number now is not the one that had it then: another name, and made later.
-- The web application deletes accounts, and a copied database may give their numbers out again.
CREATE OR REPLACE FUNCTION station.is_somebody_else(
    p_name text, p_made timestamp, p_known_as text, p_known_since timestamptz
) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(p_name <> p_known_as AND p_made AT TIME ZONE 'UTC' > p_known_since, false)
$$;

-- Begins the session, unless it is there already, and ends those that the same station began before it. Safe to
-- repeat. Returns the rights that the session has (of the first time), NULL where the id is another's.
-- p_at: when it began by the station's clock; no later than now.
CREATE OR REPLACE FUNCTION station.begin_session(
    p_session uuid, p_device uuid, p_user_id integer, p_username text, p_way text, p_rights text,
    p_badge uuid, p_at timestamptz
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_session record;
BEGIN
    INSERT INTO station.session (id, device, user_id, username, way, rights, badge, started_at)
    VALUES (p_session, p_device, p_user_id, p_username, p_way, p_rights, p_badge,
            least(coalesce(p_at, clock_timestamp()), clock_timestamp()))
    ON CONFLICT (id) DO NOTHING;
    SELECT * INTO v_session FROM station.session WHERE id = p_session;
    IF v_session.device <> p_device OR v_session.user_id <> p_user_id THEN
        RETURN NULL;
    END IF;
    -- In the order of their ids: a posting of this station may be at the same.
    PERFORM 1 FROM station.session
    WHERE device = p_device AND ended_at IS NULL AND id <> p_session AND started_at <= v_session.started_at
    ORDER BY id FOR NO KEY UPDATE;
    UPDATE station.session SET ended_at = clock_timestamp()
    WHERE device = p_device AND ended_at IS NULL AND id <> p_session AND started_at <= v_session.started_at;
    RETURN v_session.rights;
END
$$;

-- Ends a session; p_device is the station that ends its own, NULL for an administrator, who is p_by. What an
-- administrator ends counts as revoked, also when it had ended by itself. Returns whether anything changed.
CREATE OR REPLACE FUNCTION station.end_session(
    p_session uuid, p_device uuid DEFAULT NULL, p_by text DEFAULT NULL, p_at timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE station.session
    SET ended_at = coalesce(ended_at, least(coalesce(p_at, clock_timestamp()), clock_timestamp())), ended_by = p_by
    WHERE id = p_session AND (p_device IS NULL OR device = p_device)
      AND ended_by IS NULL AND (ended_at IS NULL OR p_by IS NOT NULL);
    RETURN FOUND;
END
$$;

-- The administrator whose session it is, at the station that asks; TT006 where there is none. It takes the password:
-- who became an administrator under a session that began with less signs in anew. Nothing is written and nothing
-- locked: whoever changes accounts takes sessions last.
CREATE OR REPLACE FUNCTION station.administrator(
    p_device uuid, p_session uuid, OUT user_id integer, OUT username text
)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM station.see_what_is_committed();
    PERFORM station.own_device(p_device);
    SELECT u.id, u.username INTO user_id, username
    FROM station.session AS s
    JOIN public."user" AS u ON u.id = s.user_id
    WHERE s.id = p_session AND s.device = p_device AND s.ended_at IS NULL AND s.rights = 'full'
      AND s.way = 'password' AND u.role = 'admin' AND u.verified
      AND NOT station.is_somebody_else(u.username, u.created_at, s.username, s.started_at);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not the session of an administrator' USING ERRCODE = 'TT006';
    END IF;
END
$$;

-- Why work under a session has to be looked at, NULL when it is as it should be, or is no session of this centre.
-- A badge that ran out under a session did not make it wrong: nothing but a person's decision stops a shift.
CREATE OR REPLACE FUNCTION station.session_trouble(p_session uuid) RETURNS text
LANGUAGE plpgsql STABLE  -- not in SQL: each posting asks, and this one keeps its plan
AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN s.ended_by IS NOT NULL THEN 'session_revoked'
            WHEN u.verified IS NOT TRUE THEN 'operator_disabled'
            WHEN s.badge IS NOT NULL AND NOT EXISTS (
                SELECT FROM (SELECT * FROM station.badge WHERE id = s.badge OFFSET 0) AS b
                WHERE b.user_id = s.user_id AND b.revoked_at IS NULL
                  AND (b.expires_at IS NULL OR b.expires_at > s.started_at)
            ) THEN 'badge_not_valid'
        END
        FROM (SELECT * FROM station.session WHERE id = p_session OFFSET 0) AS s  -- the right index: see post_entries
        LEFT JOIN LATERAL (
            SELECT verified, username, created_at FROM public."user" WHERE id = s.user_id OFFSET 0
        ) AS u ON NOT station.is_somebody_else(u.username, u.created_at, s.username, s.started_at)
    );
END
$$;

-- Signing in at a station with an account of the web application, without a right to read the accounts.
-- Where nothing keeps names unique, the oldest account of a name is meant. "Locked for ever" is told as a
-- moment that every calendar has, in every time zone.

CREATE OR REPLACE FUNCTION station.account_for_sign_in(p_username text)
RETURNS TABLE (username text, password_hash text, role text, area text, verified boolean, locked_until timestamptz)
LANGUAGE sql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.username, u.password_hash, u.role, u.dispatch_area, coalesce(u.verified, false),
           CASE WHEN u.locked_until > clock_timestamp() AT TIME ZONE 'UTC'
                THEN least(u.locked_until, '9999-01-01') AT TIME ZONE 'UTC' END
    FROM public."user" AS u
    WHERE u.username = p_username
    ORDER BY u.id LIMIT 1
$$;

-- Keeps the web application's lockout: five failures lock for 15 minutes; a lock that is over starts anew.
-- Returns until when the account is locked.
CREATE OR REPLACE FUNCTION station.record_sign_in(p_username text, p_ok boolean) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now      timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    v_user     record;
    v_failures integer;
    v_locked   timestamp;
BEGIN
    PERFORM station.let_triggers_find_tables();
    SELECT u.id, u.failed_login_attempts, u.locked_until INTO v_user
    FROM public."user" AS u WHERE u.username = p_username ORDER BY u.id LIMIT 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF p_ok THEN
        UPDATE public."user" SET failed_login_attempts = 0, locked_until = NULL, last_failed_login = NULL
        WHERE id = v_user.id
          AND (failed_login_attempts IS DISTINCT FROM 0 OR locked_until IS NOT NULL OR last_failed_login IS NOT NULL);
        RETURN NULL;
    END IF;
    v_failures := CASE WHEN v_user.locked_until <= v_now THEN 0 ELSE coalesce(v_user.failed_login_attempts, 0) END + 1;
    v_locked := CASE WHEN v_user.locked_until > v_now THEN v_user.locked_until
                     WHEN v_failures >= 5 THEN v_now + interval '15 minutes' END;
    UPDATE public."user"
    SET failed_login_attempts = v_failures, locked_until = v_locked, last_failed_login = v_now
    WHERE id = v_user.id;
    RETURN CASE WHEN v_locked IS NOT NULL THEN least(v_locked, '9999-01-01') AT TIME ZONE 'UTC' END;
END
$$;

-- The catalogue feed: what changed at the centre, whoever changed it, for every station's own copy.
--
-- Triggers write down the ids of changed bags and bills (feed_triggers.py says which triggers). A reader's
-- cursor is the snapshot of its last reading: what it gets is what is visible now and was not visible
-- then. So a row that commits late, with an older number than others that were read before, is still read,
-- once; and a writer that takes minutes has nobody read anything twice.

-- The triggers' functions. Whoever writes the web application's tables needs no right on this schema.
-- EXCEPT compares rows without a join: a plan made for one row is still good for a hundred thousand.

CREATE OR REPLACE FUNCTION station.feed_bag_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id) SELECT 'b', id FROM new_rows;
    RETURN NULL;
END
$$;

-- The count of a parent is not looked at: the links are, and they are the truth.
CREATE OR REPLACE FUNCTION station.feed_bag_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT 'b', c.id FROM (
        SELECT id, qr_id, type, status FROM new_rows EXCEPT SELECT id, qr_id, type, status FROM old_rows
    ) AS c;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bag_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id) SELECT 'b', id FROM old_rows;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_link_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT 'b', c.id FROM (
        SELECT child_bag_id AS id FROM new_rows UNION SELECT parent_bag_id FROM new_rows
    ) AS c;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_link_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT DISTINCT 'b'::"char", unnest(ARRAY[c.child_bag_id, c.parent_bag_id]) FROM (
        (SELECT id, child_bag_id, parent_bag_id, created_at FROM new_rows
         EXCEPT SELECT id, child_bag_id, parent_bag_id, created_at FROM old_rows)
        UNION ALL
        (SELECT id, child_bag_id, parent_bag_id, created_at FROM old_rows
         EXCEPT SELECT id, child_bag_id, parent_bag_id, created_at FROM new_rows)
    ) AS c;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_link_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT 'b', c.id FROM (
        SELECT child_bag_id AS id FROM old_rows UNION SELECT parent_bag_id FROM old_rows
    ) AS c;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bill_bag_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT DISTINCT 'b'::"char", bag_id FROM new_rows UNION ALL SELECT DISTINCT 'i'::"char", bill_id FROM new_rows;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bill_bag_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT 'b'::"char", bag_id FROM new_rows UNION SELECT 'b', bag_id FROM old_rows
    UNION SELECT 'i', bill_id FROM new_rows UNION SELECT 'i', bill_id FROM old_rows;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bill_bag_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT DISTINCT 'b'::"char", bag_id FROM old_rows UNION ALL SELECT DISTINCT 'i'::"char", bill_id FROM old_rows;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bill_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id) SELECT 'i', id FROM new_rows;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bill_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT 'i', c.id FROM (
        SELECT id, bill_id, status, parent_bag_count FROM new_rows
        EXCEPT SELECT id, bill_id, status, parent_bag_count FROM old_rows
    ) AS c;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.feed_bill_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id) SELECT 'i', id FROM old_rows;
    RETURN NULL;
END
$$;

-- A TRUNCATE says nothing about its rows: everybody has to load anew.
CREATE OR REPLACE FUNCTION station.feed_reload() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind) VALUES ('r');
    RETURN NULL;
END
$$;

-- Whether every trigger is there and works: all that feed_triggers.py names, on these four tables.
CREATE OR REPLACE FUNCTION station.feed_is_whole() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) = 16
    FROM pg_trigger
    WHERE tgrelid IN (
            'public.bag'::regclass, 'public.link'::regclass, 'public.bill_bag'::regclass, 'public.bill'::regclass
        )
      AND tgname LIKE 'station\_feed\_%' AND tgenabled IN ('O', 'A') AND NOT tgisinternal
$$;

-- What a station keeps of bags. A child in two parents is in the one that it was linked to first.
-- Plain SQL, so that it becomes a part of the statement that asks. A link's time may be infinite, or in no
-- year that others can count with. Adding nothing to the id keeps the plan to the child's own links: one
-- that was made while there were few links would read all of them in their order once there are many.
CREATE OR REPLACE FUNCTION station.bag_state(p_bag integer)
RETURNS TABLE (
    id integer, code text, kind text, parent_id integer, since bigint, count integer, completed boolean, bill_id integer
)
LANGUAGE sql STABLE
AS $$
    SELECT b.id, upper(b.qr_id), b.type::text, l.parent_bag_id,
           CASE WHEN l.created_at >= '0001-01-01' AND l.created_at < '9999-12-31'
               THEN extract(epoch FROM l.created_at)::bigint END,
           CASE WHEN b.type = 'parent' THEN
               (SELECT count(*)::integer FROM public.link AS k WHERE k.parent_bag_id = b.id) END,
           CASE WHEN b.type = 'parent' AND b.status = 'completed' THEN true END,
           CASE WHEN b.type = 'parent' THEN
               (SELECT min(bb.bill_id) FROM public.bill_bag AS bb WHERE bb.bag_id = b.id) END
    FROM public.bag AS b
    LEFT JOIN LATERAL (
        SELECT k.parent_bag_id, k.created_at FROM public.link AS k WHERE k.child_bag_id = b.id ORDER BY k.id + 0 LIMIT 1
    ) AS l ON true
    WHERE b.id = p_bag
$$;

CREATE OR REPLACE FUNCTION station.bill_state(p_bill integer)
RETURNS TABLE (id integer, code text, status text, capacity integer, linked integer)
LANGUAGE sql STABLE
AS $$
    SELECT b.id, b.bill_id::text, b.status::text, b.parent_bag_count,
           (SELECT count(*)::integer FROM public.bill_bag AS bb WHERE bb.bill_id = b.id)
    FROM public.bill AS b
    WHERE b.id = p_bill
$$;

-- Where a first load begins: the cursor to go on from, read before any of its pages.
-- NULL where the feed would miss changes, since a trigger is missing or switched off.
CREATE OR REPLACE FUNCTION station.catalogue_start() RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_bag    regclass := 'public.bag'::regclass;
    v_centre text := station.centre_identity();
BEGIN
    IF NOT station.feed_is_whole() THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT jsonb_build_object(
            'cursor', concat_ws('|', v_centre, pg_current_snapshot(), '', '', '', '', ''),
            'centre', v_centre,
            'highest', coalesce((SELECT max(id) FROM public.bag), 0),
            'rows', CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint
                         ELSE coalesce((SELECT max(id) FROM public.bag), 0) END,
            'server_time', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC')
        )
        FROM pg_class AS c WHERE c.oid = v_bag
    );
END
$$;

CREATE OR REPLACE FUNCTION station.catalogue_page(p_after integer, p_limit integer)
RETURNS TABLE (
    id integer, code text, kind text, parent_id integer, since bigint, count integer, completed boolean, bill_id integer
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
    SELECT s.*
    FROM (SELECT b.id FROM public.bag AS b WHERE b.id > p_after ORDER BY b.id LIMIT p_limit) AS page
    CROSS JOIN LATERAL station.bag_state(page.id) AS s
    ORDER BY page.id
$$;

CREATE OR REPLACE FUNCTION station.catalogue_bills(p_after integer, p_limit integer)
RETURNS TABLE (id integer, code text, status text, capacity integer, linked integer)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
    SELECT s.*
    FROM (SELECT b.id FROM public.bill AS b WHERE b.id > p_after ORDER BY b.id LIMIT p_limit) AS page
    CROSS JOIN LATERAL station.bill_state(page.id) AS s
    ORDER BY page.id
$$;

-- p_cursor: centre | snapshot read | own transaction | target | its own transaction | xid | id
-- The first two say what was read. The other four are there within a round that takes several pages:
-- what the round ends at, fixed by its first page, and the last row delivered. An own transaction is the
-- posting in whose message the feed was asked: its rows are delivered though no snapshot holds them yet.
--
-- Returns {"cursor", "more", "bags": [[id, code, kind, parent id, parent code, since, count, completed,
-- bill id], ...], "gone": [bag ids], "bills": [[id, code, status, capacity, linked], ...],
-- "bills_gone": [ids]}, or {"reload": true} when the station has to load everything anew.
--
-- Snapshot, marks and rows come from one statement, so that they fit. A copy of a database on a younger
-- server brings marks and rows of transactions that have not been here yet: they mean nothing.
CREATE OR REPLACE FUNCTION station.changes_since(p_cursor text, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
DECLARE
    v_parts      text[] := string_to_array(p_cursor, '|');
    v_centre     text := station.centre_identity();
    v_seen       pg_snapshot;
    v_seen_own   xid8;
    v_target     pg_snapshot;
    v_target_own xid8;
    v_last_xid   xid8;
    v_last_id    bigint;
    v_from_xid   xid8;      -- of transactions that began after the last reading: where to go on
    v_from_id    bigint;
    v_limit      integer := greatest(1, least(p_limit, 10000));
    v_answer     jsonb;
BEGIN
    -- While a trigger is missing nobody can say what changed, and afterwards nobody can either.
    IF v_parts[1] IS DISTINCT FROM v_centre OR NOT station.feed_is_whole() THEN
        RETURN '{"reload": true}';
    END IF;
    BEGIN
        v_seen := v_parts[2]::pg_snapshot;
        v_seen_own := nullif(v_parts[3], '')::xid8;
        v_target := nullif(v_parts[4], '')::pg_snapshot;
        v_target_own := nullif(v_parts[5], '')::xid8;
        v_last_xid := coalesce(nullif(v_parts[6], ''), '0')::xid8;
        v_last_id := coalesce(nullif(v_parts[7], ''), '0')::bigint;
    EXCEPTION WHEN data_exception THEN
        RETURN '{"reload": true}';
    END;
    -- After a restore from an older backup, with the same identity, transactions begin again below.
    IF v_seen IS NULL OR pg_snapshot_xmax(v_seen) > pg_snapshot_xmax(pg_current_snapshot()) THEN
        RETURN '{"reload": true}';
    END IF;
    -- One condition on the index for each of the two ways in, or it would be read from its beginning.
    IF v_last_xid >= pg_snapshot_xmax(v_seen) THEN
        v_from_xid := v_last_xid;
        v_from_id := v_last_id;
    ELSE
        v_from_xid := pg_snapshot_xmax(v_seen);
        v_from_id := 0;
    END IF;

    WITH here AS MATERIALIZED (
        SELECT coalesce(v_target, pg_current_snapshot()) AS target,
               CASE WHEN v_target IS NULL THEN pg_current_xact_id_if_assigned() ELSE v_target_own END AS own,
               coalesce((SELECT m.over FROM station.change_mark AS m
                         WHERE m.pruned AND m.over <= pg_snapshot_xmax(pg_current_snapshot())), '0') AS pruned
    ), candidate AS (
        SELECT c.xid, c.id, c.kind, c.row_id
        FROM here
        CROSS JOIN LATERAL pg_snapshot_xip(v_seen) AS open (xid)
        CROSS JOIN LATERAL (
            SELECT * FROM station.change AS k
            WHERE k.xid = open.xid AND k.id > CASE WHEN open.xid = v_last_xid THEN v_last_id ELSE 0 END
            ORDER BY k.xid, k.id LIMIT v_limit + 1
        ) AS c
        WHERE open.xid >= v_last_xid AND pg_visible_in_snapshot(open.xid, here.target)
        UNION ALL
        SELECT c.xid, c.id, c.kind, c.row_id
        FROM here
        CROSS JOIN LATERAL (
            SELECT * FROM station.change AS k
            WHERE (k.xid, k.id) > (v_from_xid, v_from_id)
              AND (pg_visible_in_snapshot(k.xid, here.target) OR k.xid = here.own)
              AND k.xid IS DISTINCT FROM v_seen_own
            ORDER BY k.xid, k.id LIMIT v_limit + 1
        ) AS c
    ), page AS MATERIALIZED (
        SELECT c.*, row_number() OVER (ORDER BY c.xid, c.id) AS place
        FROM candidate AS c ORDER BY c.xid, c.id LIMIT v_limit + 1
    ), bags AS MATERIALIZED (
        SELECT d.row_id, s.*, upper(f.qr_id) AS parent_code
        FROM (SELECT DISTINCT row_id FROM page WHERE kind = 'b' AND place <= v_limit) AS d
        LEFT JOIN LATERAL station.bag_state(d.row_id) AS s ON true
        LEFT JOIN LATERAL (SELECT qr_id FROM public.bag WHERE bag.id = s.parent_id OFFSET 0) AS f ON true
    ), bills AS MATERIALIZED (
        SELECT d.row_id, s.*
        FROM (SELECT DISTINCT row_id FROM page WHERE kind = 'i' AND place <= v_limit) AS d
        LEFT JOIN LATERAL station.bill_state(d.row_id) AS s ON true
    ), ending AS (
        SELECT max(p.place) > v_limit AS more, bool_or(p.kind = 'r') AS reload FROM page AS p
    ), last AS (
        SELECT p.xid, p.id FROM page AS p WHERE p.place = v_limit
    )
    SELECT CASE
        WHEN pg_snapshot_xmin(v_seen) < here.pruned OR ending.reload THEN '{"reload": true}'::jsonb
        ELSE jsonb_build_object(
            'cursor', CASE WHEN ending.more
                THEN concat_ws('|', v_centre, v_seen, coalesce(v_seen_own::text, ''), here.target,
                               coalesce(here.own::text, ''), last.xid, last.id)
                ELSE concat_ws('|', v_centre, here.target, coalesce(here.own::text, ''), '', '', '', '') END,
            'more', coalesce(ending.more, false),
            'bags', (SELECT jsonb_agg(jsonb_build_array(
                         b.id, b.code, b.kind, b.parent_id, b.parent_code, b.since, b.count, b.completed, b.bill_id))
                     FROM bags AS b WHERE b.id IS NOT NULL),
            'gone', (SELECT jsonb_agg(b.row_id) FROM bags AS b WHERE b.id IS NULL),
            'bills', (SELECT jsonb_agg(jsonb_build_array(b.id, b.code, b.status, b.capacity, b.linked))
                      FROM bills AS b WHERE b.id IS NOT NULL),
            'bills_gone', (SELECT jsonb_agg(b.row_id) FROM bills AS b WHERE b.id IS NULL)
        ) END
    INTO v_answer
    FROM here CROSS JOIN ending LEFT JOIN last ON true;
    RETURN v_answer;
END
$$;

-- Lets rows of more than three days ago go, a few thousand at a call; stations call it now and then.
-- A mark says that all transactions below it were over when it was taken. What is below a mark of three
-- days ago was visible to every cursor that is younger than that: those never miss what is gone.
-- Marks and rows of transactions that have not been here yet came with a copy of another server's database.
-- Whoever else is at it already does the work; nobody waits.
CREATE OR REPLACE FUNCTION station.prune_changes() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    v_mark    timestamptz;
    v_pruned  xid8;
    v_removed integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7406120, 5) THEN
        RETURN 0;
    END IF;
    DELETE FROM station.change_mark WHERE over > pg_snapshot_xmax(pg_current_snapshot());
    DELETE FROM station.change AS c
    USING (SELECT xid, id FROM station.change
           WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()) AND xid <> pg_current_xact_id()
           ORDER BY xid, id LIMIT 5000) AS foreign_rows
    WHERE c.xid = foreign_rows.xid AND c.id = foreign_rows.id;
    INSERT INTO station.change_mark (over)
    SELECT pg_snapshot_xmin(pg_current_snapshot())
    WHERE NOT EXISTS (SELECT FROM station.change_mark WHERE taken_at > clock_timestamp() - interval '1 hour');
    SELECT max(taken_at) INTO v_mark FROM station.change_mark WHERE taken_at < clock_timestamp() - interval '3 days';
    IF v_mark IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM station.change_mark WHERE taken_at < v_mark;
    UPDATE station.change_mark SET pruned = true WHERE taken_at = v_mark AND NOT pruned;
    SELECT over INTO v_pruned FROM station.change_mark WHERE taken_at = v_mark;
    DELETE FROM station.change AS c
    USING (SELECT xid, id FROM station.change WHERE xid < v_pruned ORDER BY xid, id LIMIT 5000) AS old
    WHERE c.xid = old.xid AND c.id = old.id;
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    RETURN v_removed;
END
$$;

-- Posting: a batch of entries in, a receipt for each out, in one transaction that is safe to repeat.
--
-- Order of locks, the same for everybody, and the web application's where it takes any:
--   the device row (so that a repeat of the same batch waits for the first and finds its receipts),
--   bills (advisory lock 100000 + id, ascending, each in a statement of its own; then the rows),
--   parents that exist (rows ascending by id), children that exist (rows ascending by id);
--   only then the missing bags, parents and children in one statement, in the order of their codes.
-- Only bags of the right type are locked: a bag never changes its type, and so no row is a parent here
-- and a child there. What appears or goes between looking and locking ends the posting (40001): the
-- station offers the batch again.
--
-- The first lock is waited for 0.8 seconds. Whoever holds one waits at most a quarter of a second for the
-- next, and 0.7 seconds for all that follow (station.may_wait), and then gives everything back
-- (55P03); the station offers the batch again at once. Once the 0.7 seconds are over, also when they went
-- by in working, nothing is waited for: what is free is taken. For the web application does not keep to one
-- order: it unlinks and deletes child before parent. PostgreSQL looks for a deadlock when somebody has
-- waited a second: by then no posting is part of one, and nobody is made its victim.
--
-- Where the web application's statistics triggers are, everybody who has inserted or deleted a bag or a
-- scan holds one row until he commits, and many wait for it, perhaps for seconds; any of them could find
-- a posting in a circle that lasts for a moment. There the row is taken first of all, before the bills,
-- and hardly anything else is waited for.
--
-- Rows that only faults leave behind have one meaning, and it is the oldest:
--   Of two bags whose codes differ only in case the older one counts.
--   A child with two links is in the parent of the older link. Taking it out of that parent takes that
--   link away, and no more: then it is in the other one, and whose count stays true.
--   A parent on two bills is on both, and both are refreshed.
--   A parent that is 'completed' takes no more, however few children it has.
--
-- The entries are then decided one after another on the state read under these locks, kept in arrays,
-- and what they come to is written in sets: counters last, from the rows themselves.
--
-- SQLSTATEs of our own: TT001 the device is not enrolled, TT002 it is not this role's or is revoked,
-- TT005 there are no ids left for new rows.

-- NULL for a moment that no calendar of a station has: a year with five digits, one before Christ, infinity.
CREATE OR REPLACE FUNCTION station.utc_text(p_utc timestamp) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_utc > '0001-01-02' AND p_utc < '9999-12-31'
                THEN pg_catalog.to_char(p_utc, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') END
$$;

-- Which centre answers: cluster and timeline, the database, the ledger's table, and the incarnation.
-- A restore from a dump makes the table anew, and mostly the database: their numbers show it. One from a
-- copy of the disks shows in none of them: there an administrator gives the setting another value.
-- Cluster and timeline do not change while a server process that may write lives, so each process reads
-- them from the disk once.
CREATE OR REPLACE FUNCTION station.centre_identity() RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_known text := current_setting('station.centre', true);
BEGIN
    IF coalesce(v_known, '') = '' THEN
        v_known := (SELECT system_identifier FROM pg_control_system())
                   || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
        PERFORM set_config('station.centre', v_known, false);
    END IF;
    RETURN concat_ws(
        '/', v_known,
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        to_regclass('station.entry')::oid,
        (SELECT translate(value #>> '{}', '|/', '--') FROM station.setting WHERE name = 'incarnation'));
END
$$;

CREATE OR REPLACE FUNCTION station.enrol_device(p_device uuid, p_name text, p_version text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.device AS d (id, name, version, role_name)
    VALUES (p_device, left(p_name, 200), left(p_version, 200), session_user)
    ON CONFLICT (id) DO UPDATE
        SET name = excluded.name, version = excluded.version, last_seen_at = clock_timestamp()
        WHERE d.role_name = session_user AND d.revoked_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'station % may not be enrolled as %', p_device, session_user USING ERRCODE = 'TT002';
    END IF;
END
$$;

-- What is known about a bag as it stands in the tables.
CREATE OR REPLACE FUNCTION station.bag_fact(p_bag integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', upper(b.qr_id),
        'kind', b.type,
        'parent', upper(inside.qr_id),
        'since', station.utc_text(l.created_at),
        'by', CASE WHEN l.id IS NOT NULL THEN coalesce(
            (SELECT e.operator FROM station.entry AS e
             WHERE e.child_bag_id = b.id AND e.kind = 'add_child' AND e.outcome = 'posted'
             ORDER BY e.received_at DESC, e.seq DESC LIMIT 1),
            (SELECT u.username FROM public.scan AS s JOIN public."user" AS u ON u.id = s.user_id
             WHERE s.child_bag_id = b.id ORDER BY s."timestamp" DESC NULLS LAST, s.id DESC LIMIT 1)
        ) END,
        'count', CASE WHEN b.type = 'parent' THEN
            (SELECT count(*) FROM public.link AS k WHERE k.parent_bag_id = b.id) END,
        'completed', CASE WHEN b.type = 'parent' AND b.status = 'completed' THEN true END,
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'),
        'from_centre', true
    ))
    FROM public.bag AS b
    LEFT JOIN public.link AS l ON l.child_bag_id = b.id
    LEFT JOIN public.bag AS inside ON inside.id = l.parent_bag_id
    WHERE b.id = p_bag
    ORDER BY l.id LIMIT 1
$$;

-- The same about a child that this very batch put into a parent, or made and took out again.
CREATE OR REPLACE FUNCTION station.batch_fact(p_code text, p_kind text, p_maker station.batch_entry) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', p_code, 'kind', p_kind,
        'parent', (p_maker).parent, 'since', station.utc_text((p_maker).at), 'by', (p_maker).operator,
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'), 'from_centre', true
    ))
$$;

CREATE OR REPLACE FUNCTION station.parent_fact(p_code text, p_count integer, p_completed boolean) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', p_code, 'kind', 'parent', 'count', p_count, 'completed', nullif(p_completed, false),
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'), 'from_centre', true
    ))
$$;

-- The batch as rows, with the first answer beside every entry that was posted before.
CREATE OR REPLACE FUNCTION station.read_batch(p_device uuid, p_entries jsonb, p_now timestamp)
RETURNS station.batch_entry[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_batch station.batch_entry[];
BEGIN
    SELECT array_agg(ROW(
        p.id, p.epoch, p.seq, load ->> 'kind', load ->> 'verdict', load ->> 'reason', load ->> 'code',
        upper(load ->> 'parent'), upper(load ->> 'child'), (load ->> 'capacity')::integer,
        load ->> 'operator', u.id, u.dispatch_area, p.at,
        CASE WHEN p.at AT TIME ZONE 'UTC' BETWEEN p_now - interval '45 days' AND p_now
             THEN p.at AT TIME ZONE 'UTC' ELSE p_now END,
        p.hash, decode(item ->> 'prev', 'hex'), load,
        load ->> 'verdict' = 'accepted' AND load ->> 'parent' IS NOT NULL
            AND load ->> 'kind' IN ('open_parent', 'add_child', 'remove_child', 'close_parent'),
        CASE WHEN (load ->> 'device')::uuid <> p_device THEN 'conflict'
             WHEN known.id IS NOT NULL THEN CASE WHEN known.hash = p.hash THEN 'same' ELSE 'conflict' END
             WHEN other.id <> p.id THEN 'conflict' END,
        known.outcome, known.reason, known.child_count, known.completed, known.fact
    )::station.batch_entry)
    INTO v_batch
    FROM jsonb_array_elements(p_entries) AS given (item)
    CROSS JOIN LATERAL (
        SELECT item -> 'payload' AS load,
               (item -> 'payload' ->> 'id')::uuid AS id,
               (item -> 'payload' ->> 'epoch')::uuid AS epoch,
               (item -> 'payload' ->> 'seq')::bigint AS seq,
               (item -> 'payload' ->> 'at')::timestamptz AS at,
               decode(item ->> 'hash', 'hex') AS hash
        OFFSET 0
    ) AS p
    LEFT JOIN LATERAL (SELECT * FROM station.entry WHERE id = p.id OFFSET 0) AS known ON true
    LEFT JOIN LATERAL (
        SELECT id FROM station.entry WHERE device = p_device AND epoch = p.epoch AND seq = p.seq OFFSET 0
    ) AS other ON true
    LEFT JOIN LATERAL (
        SELECT named.id, named.dispatch_area
        FROM (SELECT id, dispatch_area FROM public."user" WHERE username = load ->> 'operator' OFFSET 0) AS named
        ORDER BY named.id LIMIT 1  -- where nothing keeps names unique, the older account is meant
    ) AS u ON true;
    RETURN v_batch;
END
$$;

-- Refresh parents from their rows. A parent that fell below its capacity by a removal is open again.
CREATE OR REPLACE FUNCTION station.refresh_parents(
    p_parents integer[], p_capacities integer[], p_reopened boolean[], p_owners integer[], p_now timestamp
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE public.bag AS b
    SET child_count = n.children,
        weight_kg = n.children,
        status = CASE
            WHEN n.children >= t.capacity THEN 'completed'
            WHEN b.status = 'completed' AND t.reopened THEN 'pending'
            ELSE coalesce(b.status, 'pending') END,
        user_id = coalesce(b.user_id, t.owner),
        updated_at = p_now
    FROM unnest(p_parents, p_capacities, p_reopened, p_owners) AS t (id, capacity, reopened, owner)
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS children FROM public.link AS l WHERE l.parent_bag_id = t.id
    ) AS n
    WHERE b.id = t.id;
END
$$;

-- Totals of bills from their rows: 1 kg for each child; 15 kg are expected of a mini bag, 30 of any other.
CREATE OR REPLACE FUNCTION station.refresh_bills(p_bills integer[], p_now timestamp) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE public.bill AS b
    SET linked_parent_count = t.parents,
        total_child_bags = t.children,
        total_weight_kg = t.children,
        expected_weight_kg = t.expected,
        updated_at = p_now
    FROM unnest(p_bills) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS parents,
               coalesce(sum(n.children), 0)::integer AS children,
               coalesce(sum(CASE WHEN p.qr_id ~* '^M[0-9]{3,4}-[0-9]+' THEN 15 ELSE 30 END), 0) AS expected
        FROM public.bill_bag AS bb
        JOIN public.bag AS p ON p.id = bb.bag_id
        CROSS JOIN LATERAL (SELECT count(*) AS children FROM public.link AS l WHERE l.parent_bag_id = p.id) AS n
        WHERE bb.bill_id = wanted.id
    ) AS t
    WHERE b.id = wanted.id;
END
$$;

-- Sets how long the next lock may be waited for by somebody who has held one since *p_since*.
-- Returns whether it may be: once 700 milliseconds are over, only what is free may be taken.
CREATE OR REPLACE FUNCTION station.may_wait(p_since timestamptz, p_most integer) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_left integer := least(p_most, 700 - (extract(epoch FROM clock_timestamp() - p_since) * 1000)::integer);
BEGIN
    PERFORM set_config('lock_timeout', greatest(1, v_left)::text, true);
    RETURN v_left > 0;
END
$$;

-- Whether the web application's triggers hold one row from a bag's or a scan's insertion until the commit.
CREATE OR REPLACE FUNCTION station.rows_are_counted() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM pg_trigger
                   WHERE tgrelid = 'public.bag'::regclass AND tgname = 'bag_insert_trigger' AND tgenabled <> 'D')
        OR EXISTS (SELECT FROM pg_trigger
                   WHERE tgrelid = 'public.scan'::regclass AND tgname = 'scan_insert_trigger' AND tgenabled <> 'D')
$$;

-- Locks bills, first by the web application's keys and then their rows, in the order given.
-- Returns since when something is held.
CREATE OR REPLACE FUNCTION station.lock_bills(p_bills integer[], p_since timestamptz, p_most integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since timestamptz := p_since;
    v_bill  bigint;                    -- 100000 is added to it
BEGIN
    FOREACH v_bill IN ARRAY coalesce(p_bills, '{}') LOOP
        IF v_since IS NULL OR station.may_wait(v_since, p_most) THEN
            PERFORM pg_advisory_xact_lock(100000 + v_bill);
        ELSIF NOT pg_try_advisory_xact_lock(100000 + v_bill) THEN
            RAISE EXCEPTION 'somebody holds a bill' USING ERRCODE = '55P03';
        END IF;
        v_since := coalesce(v_since, clock_timestamp());
    END LOOP;
    FOREACH v_bill IN ARRAY coalesce(p_bills, '{}') LOOP
        IF station.may_wait(v_since, p_most) THEN
            PERFORM 1 FROM public.bill WHERE id = v_bill FOR UPDATE;
        ELSE
            PERFORM 1 FROM public.bill WHERE id = v_bill FOR UPDATE NOWAIT;
        END IF;
    END LOOP;
    RETURN v_since;
END
$$;

-- Locks bags that are there, one after another in the order given, each with what is left of the patience.
-- Returns since when something is held.
CREATE OR REPLACE FUNCTION station.lock_bags(p_bags integer[], p_since timestamptz, p_most integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since timestamptz := p_since;
    v_bag   integer;
BEGIN
    FOREACH v_bag IN ARRAY coalesce(p_bags, '{}') LOOP
        IF v_since IS NULL THEN
            PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE;
            v_since := clock_timestamp();
        ELSIF station.may_wait(v_since, p_most) THEN
            PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE;
        ELSE
            PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE NOWAIT;
        END IF;
    END LOOP;
    RETURN v_since;
END
$$;

-- Bags are unique by their codes where the rows allow it; where they do not, stations take turns in
-- making them. A bag that appeared since it was looked for is not made a second time.
CREATE OR REPLACE FUNCTION station.take_turns_making(p_codes text[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT value #>> '{}' FROM station.setting WHERE name = 'bag_codes') = 'serialised' THEN
        PERFORM pg_advisory_xact_lock(7406120043);
        IF EXISTS (SELECT FROM public.bag AS b WHERE upper(b.qr_id) = ANY (p_codes)) THEN
            RAISE EXCEPTION 'a bag appeared meanwhile' USING ERRCODE = '40001';
        END IF;
    END IF;
END
$$;

-- *p_since*: since when this transaction holds locks already, if it does.
DROP FUNCTION IF EXISTS station.apply_entries(uuid, jsonb);
CREATE OR REPLACE FUNCTION station.apply_entries(
    p_device uuid, p_entries jsonb, p_since timestamptz DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_now       timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    v_since     timestamptz := p_since;  -- NULL while nothing is held that anybody could wait for
    v_patience  integer := 250;          -- milliseconds for one lock that is not the first
    v_longest   integer := 700;          -- and for what stands in the way of writing
    v_counted   boolean;                 -- by the web application's statistics triggers
    v_most      integer;               -- the site's capacity
    v_batch     station.batch_entry[];
    v_bills     integer[];
    v_held      integer[];             -- parents that are there, to be locked
    v_made      integer[] := '{}';     -- bags inserted here: they exist once an entry made them
    v_touching  boolean := false;
    v_row       record;
    v_code      text;
    -- The bags that the batch names, by number; a bag named twice has one number and leaves gaps.
    v_codes     text[] := '{}';
    v_labels    text[] := '{}';        -- the numbers as text
    v_numbers   jsonb;                 -- code to number
    v_parents   text[] := '{}';        -- codes of parents that are to change
    v_opened    text[] := '{}';        -- codes of parents to open, with who opens them
    v_openers   integer[] := '{}';
    v_areas     text[] := '{}';
    v_added     text[] := '{}';        -- codes of children to add, with who adds them to which parent
    v_adders    integer[] := '{}';
    v_homes     integer[] := '{}';
    v_removed   text[] := '{}';        -- codes of children to take out
    v_present   text[] := '{}';        -- codes of children that are there, with their ids
    v_children  integer[] := '{}';
    n_codes     text[] := '{}';        -- bags to make
    n_types     text[] := '{}';
    n_makers    integer[] := '{}';
    n_areas     text[] := '{}';
    b_id        integer[];
    b_type      text[];                -- NULL: there is no such bag (any more, or not yet)
    b_status    text[];
    b_area      text[];
    b_count     integer[];
    b_parent    integer[];             -- the bag id of the parent it is in
    b_twice     boolean[];             -- and it is in another one too, by an older fault
    b_maker     integer[];             -- the entry of this batch that put it there
    b_new       boolean[];
    b_gone      boolean[];             -- its old row is to be deleted
    b_capacity  integer[];             -- not NULL: a parent to refresh
    b_reopened  boolean[];
    b_owner     integer[];
    -- What each entry comes to.
    o_outcome   text[];
    o_reason    text[];
    o_count     integer[];
    o_completed boolean[];
    o_fact      jsonb[];
    o_parent    integer[];
    o_child     integer[];
    o_scans     boolean[];             -- it leaves a row in the scan history
    o_receipt   jsonb[];
    e           station.batch_entry;
    i           integer := 0;
    p           integer;
    c           integer;
    v_size      integer;
    v_named     integer;               -- how many numbers there are
    v_capacity  integer;
    v_reason    text;
    v_fact      jsonb;
    v_moved     boolean := false;      -- a new child may carry the type of a parent, or the area of one it is not in
    -- What is written.
    w_unused    integer[] := '{}';
    w_gone      integer[] := '{}';
    w_remade    integer[] := '{}';
    w_children  integer[] := '{}';
    w_parents   integer[] := '{}';
    w_times     timestamp[] := '{}';
    w_adders    integer[] := '{}';
    s_times     timestamp[] := '{}';
    s_parents   integer[] := '{}';
    s_children  integer[] := '{}';
    s_users     integer[] := '{}';
    t_parents   integer[] := '{}';
    t_capacity  integer[] := '{}';
    t_reopened  boolean[] := '{}';
    t_owner     integer[] := '{}';
BEGIN
    v_batch := station.read_batch(p_device, p_entries, v_now);
    v_size := coalesce(cardinality(v_batch), 0);
    IF v_size = 0 THEN
        RETURN '[]';
    END IF;

    -- the bags it is about

    FOREACH e IN ARRAY v_batch LOOP
        CONTINUE WHEN e.repeated IS NOT NULL OR e.parent IS NULL;
        i := i + 1;
        v_codes := v_codes || e.parent;
        v_labels := v_labels || i::text;
        CONTINUE WHEN NOT e.touches;
        v_touching := true;
        v_parents := v_parents || e.parent;
        IF e.child IS NOT NULL THEN
            i := i + 1;
            v_codes := v_codes || e.child;
            v_labels := v_labels || i::text;
        END IF;
        IF e.kind = 'open_parent' THEN
            v_opened := v_opened || e.parent;
            v_openers := v_openers || e.operator_id;
            v_areas := v_areas || e.area;
        ELSIF e.kind = 'remove_child' THEN
            v_removed := v_removed || e.child;
        END IF;
    END LOOP;
    IF v_opened && v_removed THEN
        -- A bag that goes as a child and comes again as a parent: only one entry after another tells.
        RETURN station.apply_one_by_one(p_device, p_entries);
    END IF;
    v_named := i;
    v_numbers := jsonb_object(v_codes, v_labels);
    b_id := array_fill(NULL::integer, ARRAY[v_named]);
    b_type := b_id;
    b_status := b_id;
    b_area := b_id;
    b_count := b_id;
    b_parent := b_id;
    b_twice := b_id;
    b_maker := b_id;
    b_new := b_id;
    b_gone := b_id;
    b_capacity := b_id;
    b_reopened := b_id;
    b_owner := b_id;

    -- the statistics, and bills

    IF v_touching THEN
        SELECT (value #>> '{}')::integer, station.rows_are_counted() INTO v_most, v_counted
        FROM station.setting WHERE name = 'capacity';
        IF v_counted THEN
            IF v_since IS NULL OR station.may_wait(v_since, v_patience) THEN
                PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE;
            ELSE
                PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE NOWAIT;
            END IF;
            v_since := coalesce(v_since, clock_timestamp());
            v_patience := 10;
            v_longest := 10;
        END IF;
        SELECT array_agg(DISTINCT b.id ORDER BY b.id) FILTER (WHERE b.type = 'parent'),
               array_agg(DISTINCT bb.bill_id ORDER BY bb.bill_id) FILTER (WHERE bb.bill_id IS NOT NULL)
        INTO v_held, v_bills
        FROM (SELECT id, type FROM public.bag WHERE upper(qr_id) = ANY (v_parents || v_removed) OFFSET 0) AS b
        LEFT JOIN LATERAL (SELECT bill_id FROM public.bill_bag WHERE bag_id = b.id OFFSET 0) AS bb ON true;
        v_since := station.lock_bills(v_bills, v_since, v_patience);
    END IF;

    -- parents: locked, then everything read

    v_since := station.lock_bags(v_held, v_since, v_patience);
    -- Of two rows that differ only in case the older one counts, and it comes last; so does the older link.
    FOR v_row IN
        SELECT upper(b.qr_id) AS code, b.id, b.type, b.status, b.dispatch_area, l.parent_bag_id,
               CASE WHEN b.type = 'parent' THEN
                   (SELECT count(*) FROM public.link AS k WHERE k.parent_bag_id = b.id) END AS children,
               (SELECT array_agg(bb.bill_id) FROM public.bill_bag AS bb WHERE bb.bag_id = b.id) AS bills
        FROM (SELECT * FROM public.bag WHERE upper(qr_id) = ANY (v_codes) OFFSET 0) AS b
        LEFT JOIN LATERAL (SELECT * FROM public.link WHERE child_bag_id = b.id OFFSET 0) AS l ON true
        ORDER BY b.id DESC, l.id DESC
    LOOP
        i := (v_numbers ->> v_row.code)::integer;
        b_twice[i] := b_id[i] = v_row.id;
        b_id[i] := v_row.id;
        b_area[i] := v_row.dispatch_area;
        b_type[i] := v_row.type;
        b_status[i] := v_row.status;
        b_count[i] := v_row.children;
        b_parent[i] := v_row.parent_bag_id;
        IF v_row.type = 'parent' AND v_row.code = ANY (v_parents) AND v_row.id = ANY (v_held) IS NOT TRUE THEN
            RAISE EXCEPTION 'a parent appeared meanwhile' USING ERRCODE = '40001';
        END IF;
        IF v_row.bills IS NOT NULL AND (v_row.code = ANY (v_parents) OR v_row.code = ANY (v_removed))
           AND NOT v_row.bills <@ coalesce(v_bills, '{}') THEN
            RAISE EXCEPTION 'the bills of a bag changed meanwhile' USING ERRCODE = '40001';
        END IF;
    END LOOP;
    FOR k IN 1 .. cardinality(v_opened) LOOP
        i := (v_numbers ->> v_opened[k])::integer;
        IF b_id[i] IS NULL AND b_new[i] IS NULL THEN
            b_new[i] := true;
            b_area[i] := v_areas[k];
            n_codes := n_codes || v_opened[k];
            n_types := n_types || 'parent'::text;
            n_makers := n_makers || v_openers[k];
            n_areas := n_areas || v_areas[k];
        END IF;
    END LOOP;

    -- children: those that are there locked, with little patience, and read anew

    FOREACH e IN ARRAY v_batch LOOP
        CONTINUE WHEN NOT e.touches OR e.repeated IS NOT NULL OR e.child IS NULL OR e.child = e.parent;
        IF e.kind = 'add_child' THEN
            p := (v_numbers ->> e.parent)::integer;
            CONTINUE WHEN b_new[p] IS NOT TRUE AND b_type[p] IS DISTINCT FROM 'parent';
            v_added := v_added || e.child;
            v_adders := v_adders || e.operator_id;
            v_homes := v_homes || p;
        ELSIF e.kind <> 'remove_child' THEN
            CONTINUE;
        END IF;
        c := (v_numbers ->> e.child)::integer;
        IF b_type[c] = 'child' THEN
            v_present := v_present || e.child;
            v_children := v_children || b_id[c];
        END IF;
    END LOOP;
    IF v_present <> '{}' THEN
        v_children := ARRAY(SELECT DISTINCT id FROM unnest(v_children) AS there (id) ORDER BY id);
        v_since := station.lock_bags(v_children, v_since, v_patience);
        -- Who was waited for may have deleted a child that was read before.
        FOREACH v_code IN ARRAY v_present LOOP
            i := (v_numbers ->> v_code)::integer;
            b_id[i] := NULL;
            b_type[i] := NULL;
            b_status[i] := NULL;
            b_parent[i] := NULL;
            b_twice[i] := NULL;
        END LOOP;
        FOR v_row IN
            SELECT upper(b.qr_id) AS code, b.id, b.type, b.status, l.parent_bag_id
            FROM (SELECT * FROM public.bag WHERE upper(qr_id) = ANY (v_present) OFFSET 0) AS b
            LEFT JOIN LATERAL (SELECT * FROM public.link WHERE child_bag_id = b.id OFFSET 0) AS l ON true
            ORDER BY b.id DESC, l.id DESC
        LOOP
            i := (v_numbers ->> v_row.code)::integer;
            b_twice[i] := b_id[i] = v_row.id;
            b_id[i] := v_row.id;
            b_type[i] := v_row.type;
            b_status[i] := v_row.status;
            b_parent[i] := v_row.parent_bag_id;
        END LOOP;
        FOREACH v_code IN ARRAY v_present LOOP
            i := (v_numbers ->> v_code)::integer;
            IF b_id[i] <> ALL (v_children) THEN
                RAISE EXCEPTION 'a child appeared meanwhile' USING ERRCODE = '40001';
            END IF;
        END LOOP;
    END IF;

    -- the missing bags

    FOR k IN 1 .. cardinality(v_added) LOOP
        i := (v_numbers ->> v_added[k])::integer;
        IF b_id[i] IS NULL AND b_new[i] IS NULL THEN
            b_new[i] := true;
            n_codes := n_codes || v_added[k];
            n_types := n_types || 'child'::text;
            n_makers := n_makers || v_adders[k];
            n_areas := n_areas || b_area[v_homes[k]];
        END IF;
    END LOOP;
    v_since := coalesce(v_since, clock_timestamp());
    PERFORM station.may_wait(v_since, v_longest);
    IF n_codes <> '{}' THEN
        PERFORM station.take_turns_making(n_codes);
        FOR v_row IN
            INSERT INTO public.bag (
                qr_id, type, name, child_count, weight_kg, status, user_id, dispatch_area, created_at, updated_at
            )
            SELECT w.code, w.type, NULL, 0, 0, 'pending', w.maker, w.area, v_now, v_now
            FROM (
                SELECT * FROM unnest(n_codes, n_types, n_makers, n_areas) AS n (code, type, maker, area)
                ORDER BY n.code COLLATE "C" OFFSET 0
            ) AS w
            WHERE station.may_wait(v_since, v_longest) IS NOT NULL  -- asked before each row is inserted
            ON CONFLICT DO NOTHING
            RETURNING id, qr_id
        LOOP
            b_id[(v_numbers ->> v_row.qr_id)::integer] := v_row.id;
            v_made := v_made || v_row.id;
        END LOOP;
        IF cardinality(v_made) < cardinality(n_codes) THEN
            PERFORM station.catch_up_numbers();
            RAISE EXCEPTION 'a bag appeared meanwhile' USING ERRCODE = '40001';
        END IF;
    END IF;

    -- one entry after another

    o_outcome := array_fill(NULL::text, ARRAY[v_size]);
    o_reason := o_outcome;
    o_count := o_outcome;
    o_completed := o_outcome;
    o_fact := o_outcome;
    o_parent := o_outcome;
    o_child := o_outcome;
    o_scans := o_outcome;
    i := 0;
    FOREACH e IN ARRAY v_batch LOOP
        i := i + 1;
        IF e.repeated = 'same' THEN
            o_outcome[i] := CASE WHEN e.first_outcome = 'posted' THEN 'already_posted' ELSE 'refused' END;
            o_reason[i] := e.first_reason;
            o_count[i] := e.first_count;
            o_completed[i] := e.first_complete;
            o_fact[i] := e.first_fact;
            CONTINUE;
        ELSIF e.repeated = 'conflict' THEN
            o_outcome[i] := 'refused';
            o_reason[i] := 'conflicting_repeat';
            CONTINUE;
        END IF;

        v_reason := NULL;
        v_fact := NULL;
        p := (v_numbers ->> e.parent)::integer;
        c := NULL;

        IF NOT e.touches THEN
            IF e.verdict = 'refused' THEN
                v_reason := coalesce(e.reason, 'unknown_code');
            ELSIF e.verdict = 'accepted' AND e.kind NOT IN ('cancel', 'acknowledge') THEN
                v_reason := 'centre_could_not_store';
            END IF;
        ELSE
            v_capacity := least(e.capacity, v_most);

            IF e.kind = 'open_parent' THEN
                IF b_id[p] IS NULL THEN
                    RAISE EXCEPTION 'a parent was deleted meanwhile' USING ERRCODE = '40001';
                ELSIF b_type[p] IS NULL THEN
                    b_type[p] := 'parent';
                    b_status[p] := 'pending';
                    b_count[p] := 0;
                ELSIF b_type[p] = 'child' THEN
                    v_reason := 'parent_is_child';
                ELSIF b_type[p] <> 'parent' THEN
                    v_reason := 'unknown_bag_type';
                END IF;
                IF v_reason IS NULL THEN
                    b_owner[p] := coalesce(b_owner[p], e.operator_id);
                    o_scans[i] := true;
                END IF;

            ELSIF e.kind = 'close_parent' THEN
                v_reason := CASE WHEN b_type[p] IS NULL THEN 'parent_missing'
                                 WHEN b_type[p] = 'child' THEN 'parent_is_child'
                                 WHEN b_type[p] <> 'parent' THEN 'unknown_bag_type' END;

            ELSIF e.child IS NULL THEN
                v_reason := 'centre_could_not_store';

            ELSIF e.kind = 'add_child' THEN
                c := (v_numbers ->> e.child)::integer;
                v_reason := CASE
                    WHEN c = p THEN 'same_as_parent'
                    WHEN b_type[p] IS NULL THEN 'parent_missing'
                    WHEN b_type[p] = 'child' THEN 'parent_is_child'
                    WHEN b_type[p] <> 'parent' THEN 'unknown_bag_type'
                    WHEN b_parent[c] = b_id[p] THEN 'already_in_this_parent'
                    WHEN b_count[p] >= v_capacity THEN 'parent_full'
                    WHEN b_status[p] = 'completed' THEN 'parent_completed'
                    WHEN b_type[c] = 'parent' THEN 'child_is_parent'
                    WHEN b_parent[c] IS NOT NULL THEN 'child_in_other_parent'
                    WHEN b_type[c] <> 'child' THEN 'unknown_bag_type' END;
                IF v_reason IS NULL THEN
                    IF b_id[c] IS NULL THEN
                        RAISE EXCEPTION 'a child was deleted meanwhile' USING ERRCODE = '40001';
                    END IF;
                    b_type[c] := 'child';
                    b_parent[c] := b_id[p];
                    b_maker[c] := i;
                    b_count[p] := b_count[p] + 1;
                    IF b_count[p] >= v_capacity THEN
                        b_status[p] := 'completed';
                    END IF;
                    o_scans[i] := true;
                END IF;
                IF b_new[c] THEN
                    v_moved := v_moved OR v_reason IS NOT NULL OR e.child = ANY (v_opened);
                END IF;

            ELSE
                c := (v_numbers ->> e.child)::integer;
                IF b_type[p] = 'parent' AND b_type[c] = 'child' AND b_parent[c] = b_id[p] THEN
                    IF b_maker[c] IS NOT NULL THEN
                        o_scans[b_maker[c]] := false;
                    END IF;
                    o_child[i] := b_id[c];
                    IF b_twice[c] THEN
                        DELETE FROM public.link WHERE parent_bag_id = b_id[p] AND child_bag_id = b_id[c];
                        SELECT (array_agg(l.parent_bag_id ORDER BY l.id))[1] AS parent, count(*) > 1 AS twice
                        INTO v_row FROM public.link AS l WHERE l.child_bag_id = b_id[c];
                        b_parent[c] := v_row.parent;
                        b_twice[c] := v_row.twice;
                    ELSE
                        b_gone[c] := b_gone[c] OR b_new[c] IS NOT TRUE;
                        b_type[c] := NULL;
                        b_parent[c] := NULL;
                        b_maker[c] := NULL;
                    END IF;
                    b_count[p] := b_count[p] - 1;
                    b_reopened[p] := true;
                    v_moved := true;
                    IF b_status[p] = 'completed' AND b_count[p] < v_capacity THEN
                        b_status[p] := 'pending';
                    END IF;
                ELSE
                    v_reason := 'child_not_in_parent';
                END IF;
            END IF;

            IF v_reason IS NULL THEN
                b_capacity[p] := v_capacity;
                IF b_count[p] >= v_capacity THEN
                    b_status[p] := 'completed';  -- as refresh_parents will store it
                END IF;
            ELSIF v_reason IN ('parent_full', 'parent_completed') THEN
                v_fact := station.parent_fact(e.parent, b_count[p], b_status[p] = 'completed');
            ELSE
                -- where the bag that is in the way stands: the parent itself, or the child
                IF c IS NULL OR v_reason = 'parent_is_child' OR (v_reason = 'unknown_bag_type' AND b_type[p] <> 'parent') THEN
                    c := p;
                END IF;
                IF b_type[c] = 'parent' THEN
                    v_fact := station.parent_fact(v_codes[c], b_count[c], b_status[c] = 'completed');
                ELSIF b_maker[c] IS NOT NULL THEN
                    v_fact := station.batch_fact(v_codes[c], b_type[c], v_batch[b_maker[c]]);
                ELSIF b_type[c] IS NOT NULL THEN
                    v_fact := station.bag_fact(b_id[c]);
                END IF;
            END IF;
        END IF;

        o_outcome[i] := CASE WHEN v_reason IS NULL THEN 'posted' ELSE 'refused' END;
        o_reason[i] := v_reason;
        o_fact[i] := v_fact;
        IF b_type[p] = 'parent' THEN
            o_count[i] := b_count[p];
            o_completed[i] := coalesce(b_status[p] = 'completed', false);
            o_parent[i] := b_id[p];
        END IF;
        IF c IS NOT NULL AND v_reason IS NULL THEN
            o_child[i] := coalesce(o_child[i], b_id[c]);
        END IF;
    END LOOP;

    -- what it came to, in sets

    IF v_touching THEN
        PERFORM station.may_wait(v_since, v_longest);
        FOR k IN 1 .. v_named LOOP
            IF b_new[k] AND b_type[k] IS NULL THEN
                w_unused := w_unused || b_id[k];
            ELSIF b_gone[k] THEN
                w_gone := w_gone || b_id[k];
                IF b_type[k] IS NOT NULL THEN
                    w_remade := w_remade || k;
                END IF;
            END IF;
            IF b_capacity[k] IS NOT NULL THEN
                t_parents := t_parents || b_id[k];
                t_capacity := t_capacity || b_capacity[k];
                t_reopened := t_reopened || coalesce(b_reopened[k], false);
                t_owner := t_owner || b_owner[k];
            END IF;
        END LOOP;

        IF w_gone <> '{}' THEN
            DELETE FROM public.link WHERE child_bag_id = ANY (w_gone);
            DELETE FROM public.scan WHERE child_bag_id = ANY (w_gone) OR parent_bag_id = ANY (w_gone);
        END IF;
        IF w_gone <> '{}' OR w_unused <> '{}' THEN
            DELETE FROM public.bag WHERE id = ANY (w_gone || w_unused);
        END IF;
        IF w_remade <> '{}' THEN
            -- taken out and put in again: the web application would have made a new bag
            FOREACH c IN ARRAY w_remade LOOP
                e := v_batch[b_maker[c]];
                INSERT INTO public.bag (
                    qr_id, type, name, child_count, weight_kg, status, user_id, dispatch_area, created_at, updated_at
                )
                SELECT v_codes[c], 'child', NULL, 0, 0, 'pending', e.operator_id, f.dispatch_area, v_now, v_now
                FROM public.bag AS f WHERE f.id = b_parent[c]
                RETURNING id INTO p;
                b_id[c] := p;
                o_child[b_maker[c]] := p;
            END LOOP;
        END IF;

        FOR k IN 1 .. v_named LOOP
            IF b_maker[k] IS NOT NULL THEN
                w_children := w_children || b_id[k];
                w_parents := w_parents || b_parent[k];
                w_times := w_times || v_batch[b_maker[k]].at;
                w_adders := w_adders || v_batch[b_maker[k]].operator_id;
            END IF;
        END LOOP;
        FOR k IN 1 .. v_size LOOP
            IF o_scans[k] THEN
                e := v_batch[k];
                s_times := s_times || e.at;
                s_parents := s_parents || CASE WHEN e.kind = 'open_parent' THEN o_parent[k] END;
                s_children := s_children || CASE WHEN e.kind = 'add_child' THEN o_child[k] END;
                s_users := s_users || e.operator_id;
            END IF;
        END LOOP;
        IF w_children <> '{}' THEN
            INSERT INTO public.link (parent_bag_id, child_bag_id, created_at)
            SELECT w.parent, w.child, w.at
            FROM unnest(w_parents, w_children, w_times) AS w (parent, child, at)
            ORDER BY w.child;
        END IF;
        IF v_moved AND v_made <> '{}' THEN
            UPDATE public.bag AS b
            SET type = 'child', dispatch_area = f.dispatch_area, user_id = w.adder
            FROM unnest(w_parents, w_children, w_adders) AS w (parent, child, adder)
            JOIN public.bag AS f ON f.id = w.parent
            WHERE b.id = w.child AND b.id = ANY (v_made)
              AND (b.type <> 'child' OR b.dispatch_area IS DISTINCT FROM f.dispatch_area
                   OR b.user_id IS DISTINCT FROM w.adder);
        END IF;
        IF s_times <> '{}' THEN
            INSERT INTO public.scan ("timestamp", parent_bag_id, child_bag_id, user_id)
            SELECT w.at, w.parent, w.child, w.scanner
            FROM unnest(s_times, s_parents, s_children, s_users) WITH ORDINALITY
                 AS w (at, parent, child, scanner, place)
            ORDER BY w.place;
        END IF;
        IF t_parents <> '{}' THEN
            PERFORM station.refresh_parents(t_parents, t_capacity, t_reopened, t_owner, v_now);
        END IF;
        IF v_bills IS NOT NULL THEN
            PERFORM station.refresh_bills(v_bills, v_now);
        END IF;
    END IF;

    INSERT INTO station.entry (
        id, device, epoch, seq, kind, verdict, code, parent, child, operator, operator_id, device_time,
        hash, previous_hash, payload, outcome, reason, child_count, completed, fact, parent_bag_id, child_bag_id
    )
    SELECT x.id, p_device, x.epoch, x.seq, x.kind, x.verdict, x.code, x.parent, x.child, x.operator,
           x.operator_id, x.device_time, x.hash, x.previous_hash, x.payload, o_outcome[x.ordinality],
           o_reason[x.ordinality], o_count[x.ordinality], o_completed[x.ordinality], o_fact[x.ordinality],
           o_parent[x.ordinality], o_child[x.ordinality]
    FROM unnest(v_batch) WITH ORDINALITY AS x
    WHERE x.repeated IS NULL
    ORDER BY x.ordinality;

    FOR k IN 1 .. v_size LOOP
        o_receipt[k] := jsonb_strip_nulls(jsonb_build_object(
            'seq', v_batch[k].seq, 'outcome', o_outcome[k], 'reason', o_reason[k],
            'count', o_count[k], 'completed', o_completed[k], 'fact', o_fact[k]
        ));
    END LOOP;
    RETURN to_jsonb(o_receipt);
END
$$;

-- An entry that cannot be applied whatever is done: kept with the reason, so that the others go on.
CREATE OR REPLACE FUNCTION station.set_aside(p_device uuid, p_item jsonb, p_state text, p_message text) RETURNS jsonb
LANGUAGE sql
AS $$
    WITH kept AS (
        INSERT INTO station.entry (
            id, device, epoch, seq, kind, verdict, code, parent, child, operator,
            hash, previous_hash, payload, outcome, reason, error_state, error_message
        )
        SELECT (p.load ->> 'id')::uuid, p_device, (p.load ->> 'epoch')::uuid, (p.load ->> 'seq')::bigint,
               coalesce(p.load ->> 'kind', 'unknown'), coalesce(p.load ->> 'verdict', 'unknown'),
               p.load ->> 'code', p.load ->> 'parent', p.load ->> 'child', p.load ->> 'operator',
               decode(p_item ->> 'hash', 'hex'), decode(p_item ->> 'prev', 'hex'), p.load,
               'refused', 'centre_could_not_store', p_state, p_message
        FROM (SELECT p_item -> 'payload') AS p (load)
        RETURNING seq
    )
    SELECT jsonb_build_array(jsonb_build_object(
        'seq', kept.seq, 'outcome', 'refused', 'reason', 'centre_could_not_store'))
    FROM kept
$$;

-- Locks what is there of all that a batch names, in the order of the locks, for entries that are then decided
-- one by one and would take theirs in any order. Returns since when something is held.
CREATE OR REPLACE FUNCTION station.lock_in_order(p_entries jsonb) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since    timestamptz;
    v_patience integer := 250;
    v_codes    text[];
    v_parents  integer[];
    v_children integer[];
    v_bills    integer[];
BEGIN
    SELECT array_agg(DISTINCT upper(code)) INTO v_codes
    FROM jsonb_array_elements(p_entries) AS given (item)
    CROSS JOIN LATERAL unnest(ARRAY[item -> 'payload' ->> 'parent', item -> 'payload' ->> 'child']) AS named (code)
    WHERE code IS NOT NULL;
    IF station.rows_are_counted() THEN
        PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE;
        v_since := clock_timestamp();
        v_patience := 10;
    END IF;
    SELECT array_agg(DISTINCT b.id ORDER BY b.id) FILTER (WHERE b.type = 'parent'),
           array_agg(DISTINCT b.id ORDER BY b.id) FILTER (WHERE b.type = 'child'),
           array_agg(DISTINCT bb.bill_id ORDER BY bb.bill_id) FILTER (WHERE bb.bill_id IS NOT NULL)
    INTO v_parents, v_children, v_bills
    FROM (SELECT id, type FROM public.bag WHERE upper(qr_id) = ANY (v_codes) OFFSET 0) AS b
    LEFT JOIN LATERAL (SELECT bill_id FROM public.bill_bag WHERE bag_id = b.id OFFSET 0) AS bb ON true;
    v_since := station.lock_bills(v_bills, v_since, v_patience);
    v_since := station.lock_bags(v_parents, v_since, v_patience);
    RETURN station.lock_bags(v_children, v_since, v_patience);
END
$$;

-- The way for a batch with an entry in it that raises: only here are there sub-transactions.
CREATE OR REPLACE FUNCTION station.apply_one_by_one(p_device uuid, p_entries jsonb) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_receipts jsonb := '[]';
    v_item     jsonb;
    v_rule     text;
    v_since    timestamptz := station.lock_in_order(p_entries);
    v_began    timestamptz := clock_timestamp();
    v_tries    integer;
BEGIN
    FOR v_item IN SELECT item FROM jsonb_array_elements(p_entries) AS given (item) LOOP
        v_tries := 0;
        LOOP
            v_tries := v_tries + 1;
            BEGIN
                v_receipts := v_receipts || station.apply_entries(p_device, jsonb_build_array(v_item), v_since);
                EXIT;
            EXCEPTION
                WHEN sequence_generator_limit_exceeded THEN
                    RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'TT005';
                WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
                    GET STACKED DIAGNOSTICS v_rule = CONSTRAINT_NAME;
                    IF station.is_about_numbers(SQLSTATE, v_rule) THEN
                        PERFORM station.catch_up_numbers();
                        RAISE EXCEPTION 'ids were given out twice' USING ERRCODE = '40001';
                    END IF;
                    -- What it refers to may have been deleted at that moment: a second look does not find it.
                    IF SQLSTATE <> '23503' OR v_tries > 1 THEN
                        v_receipts := v_receipts || station.set_aside(p_device, v_item, SQLSTATE, SQLERRM);
                        EXIT;
                    END IF;
            END;
        END LOOP;
        v_since := coalesce(v_since, v_began);  -- the locks of one entry are still held at the next
    END LOOP;
    RETURN v_receipts;
END
$$;

-- p_entries: [{"payload": {...}, "hash": hex, "prev": hex}, ...], at most 1000: no station sends more than
-- 500, and what a call costs grows faster than the number of its entries.
-- Returns {"receipts": [...] in the order of the batch, "server_time": text, "centre": text}.
--
-- The plans must not depend on when they were made: one made while the tables were empty would read
-- them from end to end for as long as the session lasts. So every look-up is told to use an index, and
-- the right one: OFFSET 0 keeps all other conditions, and every wish for an order, away from the look-up.
CREATE OR REPLACE FUNCTION station.post_entries(p_device uuid, p_entries jsonb, p_isolate boolean DEFAULT false)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '800ms'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
DECLARE
    v_role      name;
    v_revoked   timestamptz;
    v_last_seen timestamptz;
    v_receipts  jsonb;
BEGIN
    SELECT role_name, revoked_at, last_seen_at INTO v_role, v_revoked, v_last_seen
    FROM station.device WHERE id = p_device FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'station % is not enrolled', p_device USING ERRCODE = 'TT001';
    ELSIF v_role <> session_user OR v_revoked IS NOT NULL THEN
        RAISE EXCEPTION 'station % may not post as %', p_device, session_user USING ERRCODE = 'TT002';
    ELSIF jsonb_array_length(p_entries) > 1000 THEN
        RAISE EXCEPTION 'more than 1000 entries in one call' USING ERRCODE = '54000';
    ELSIF v_last_seen < clock_timestamp() - interval '1 minute' THEN
        UPDATE station.device SET last_seen_at = clock_timestamp() WHERE id = p_device;
    END IF;
    PERFORM station.let_triggers_find_tables();
    IF current_setting('synchronous_commit') = 'off' THEN
        -- What a station is told as posted must outlive a crash of this server. Lasts until the commit.
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF p_isolate THEN
        v_receipts := station.apply_one_by_one(p_device, p_entries);
    ELSE
        v_receipts := station.apply_entries(p_device, p_entries);
    END IF;
    RETURN jsonb_build_object(
        'receipts', v_receipts,
        'server_time', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'),
        'centre', station.centre_identity()
    );
END
$$;

-- A copy of a database brings rows with their ids and may leave the sequences where they were: the next
-- ids are taken then. Posting moves a sequence behind the highest id, which no rollback takes back, and is
-- tried again. Two that do it at once may set it back by a few: then the next one does it again.
--
-- A row with one of the last ten million ids was numbered by hand or by mistake: a sequence behind it
-- would soon have no ids left, and nobody could add a row any more. Such rows are left to a person.
CREATE OR REPLACE FUNCTION station.catch_up_numbers() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_table    text;
    v_sequence regclass;
    v_highest  bigint;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['public.bag', 'public.link', 'public.scan'] LOOP
        v_sequence := pg_get_serial_sequence(v_table, 'id');
        CONTINUE WHEN v_sequence IS NULL;
        EXECUTE format('SELECT max(id) FROM %s WHERE id < 2137483648', v_table) INTO v_highest;
        IF v_highest > coalesce(pg_sequence_last_value(v_sequence), 0) THEN
            PERFORM setval(v_sequence, v_highest);
        END IF;
    END LOOP;
END
$$;

-- Whether what was violated is only that an id was given out before.
CREATE OR REPLACE FUNCTION station.is_about_numbers(p_state text, p_constraint text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT p_state = '23505' AND EXISTS (
        SELECT FROM pg_constraint
        WHERE conname = p_constraint AND contype = 'p'
          AND conrelid IN ('public.bag'::regclass, 'public.link'::regclass, 'public.scan'::regclass))
$$;

-- The web application's row of figures, kept up to date without anybody waiting for it.
--
-- Triggers append what a statement changed to station.statistics_delta. About once a second one of the
-- writers, or a station that asks, adds the committed deltas to row 1 of statistics_cache: whoever finds
-- the key of the web application's own refresh (advisory lock 300000) free. Nobody waits for that key, and
-- nobody touches the table without it, since a refresh may hold it. The key is held until the end of
-- the transaction, so that the next one sees what this one added up.
--
-- The functions run with their owner's rights: whoever writes a bag needs none on these tables.

-- Add the figures given and all committed deltas to row 1. The caller holds the key.
-- Returns whether that was done; a row that somebody else is changing is left to the next time, and so are
-- deltas that he is forgetting. Without the row there is nothing to add to, and deltas mean nothing to the
-- row that a refresh makes later.
CREATE OR REPLACE FUNCTION station.add_up_statistics(
    p_bags integer, p_parents integer, p_children integer, p_scans integer, p_bills integer, p_users integer
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Not a setting of the function: only a superuser could make one with a name like this.
    PERFORM set_config('station.adding_up', 'on', true);
    PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND AND EXISTS (SELECT FROM public.statistics_cache WHERE id = 1) THEN
        PERFORM set_config('station.adding_up', '', true);
        RETURN false;
    END IF;
    WITH taken AS (
        DELETE FROM station.statistics_delta
        WHERE id IN (SELECT id FROM station.statistics_delta FOR UPDATE SKIP LOCKED)
        RETURNING total_bags, parent_bags, child_bags, total_scans, total_bills, total_users
    ), added AS (
        SELECT coalesce(sum(total_bags), 0) + p_bags AS bags,
               coalesce(sum(parent_bags), 0) + p_parents AS parents,
               coalesce(sum(child_bags), 0) + p_children AS children,
               coalesce(sum(total_scans), 0) + p_scans AS scans,
               coalesce(sum(total_bills), 0) + p_bills AS bills,
               coalesce(sum(total_users), 0) + p_users AS users
        FROM taken
    )
    UPDATE public.statistics_cache AS s
    SET total_bags = greatest(0, coalesce(s.total_bags, 0) + a.bags),
        parent_bags = greatest(0, coalesce(s.parent_bags, 0) + a.parents),
        child_bags = greatest(0, coalesce(s.child_bags, 0) + a.children),
        total_scans = greatest(0, coalesce(s.total_scans, 0) + a.scans),
        total_bills = greatest(0, coalesce(s.total_bills, 0) + a.bills),
        total_users = greatest(0, coalesce(s.total_users, 0) + a.users),
        last_updated = clock_timestamp() AT TIME ZONE 'UTC'
    FROM added AS a
    WHERE s.id = 1;
    PERFORM set_config('station.adding_up', '', true);
    RETURN true;
END
$$;

-- Note what a statement changed, or add it up at once when that was not done within the last second.
CREATE OR REPLACE FUNCTION station.note_statistics(
    p_bags integer, p_parents integer, p_children integer, p_scans integer, p_bills integer, p_users integer
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now timestamp := clock_timestamp() AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass('public.statistics_cache') IS NULL THEN
        RETURN;
    END IF;
    -- In a transaction that keeps to its first snapshot, rows that others deleted since are an error.
    IF current_setting('transaction_isolation') = 'read committed' AND pg_try_advisory_xact_lock(300000) THEN
        IF NOT EXISTS (SELECT FROM public.statistics_cache
                       WHERE id = 1 AND last_updated BETWEEN v_now - interval '1 second' AND v_now)
           AND station.add_up_statistics(p_bags, p_parents, p_children, p_scans, p_bills, p_users) THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO station.statistics_delta (
        total_bags, parent_bags, child_bags, total_scans, total_bills, total_users
    ) VALUES (p_bags, p_parents, p_children, p_scans, p_bills, p_users);
END
$$;

-- Rows of bag, scan, bill or "user" appeared or went; they are in the transition table "changed".
CREATE OR REPLACE FUNCTION station.count_changed_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sign     integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    v_rows     integer;
    v_parents  integer;
    v_children integer;
BEGIN
    IF TG_TABLE_NAME = 'bag' THEN
        SELECT count(*), count(*) FILTER (WHERE type = 'parent'), count(*) FILTER (WHERE type = 'child')
        INTO v_rows, v_parents, v_children FROM changed;
    ELSE
        SELECT count(*) INTO v_rows FROM changed;
    END IF;
    v_rows := v_sign * v_rows;
    IF v_rows = 0 THEN
        NULL;
    ELSIF TG_TABLE_NAME = 'bag' THEN
        PERFORM station.note_statistics(v_rows, v_sign * v_parents, v_sign * v_children, 0, 0, 0);
    ELSIF TG_TABLE_NAME = 'scan' THEN
        PERFORM station.note_statistics(0, 0, 0, v_rows, 0, 0);
    ELSIF TG_TABLE_NAME = 'bill' THEN
        PERFORM station.note_statistics(0, 0, 0, 0, v_rows, 0);
    ELSE
        PERFORM station.note_statistics(0, 0, 0, 0, 0, v_rows);
    END IF;
    RETURN NULL;
END
$$;

-- A bag became one of another type; fired for such rows only.
CREATE OR REPLACE FUNCTION station.count_changed_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.note_statistics(
        0,
        (NEW.type = 'parent')::integer - (OLD.type = 'parent')::integer,
        (NEW.type = 'child')::integer - (OLD.type = 'child')::integer,
        0, 0, 0);
    RETURN NULL;
END
$$;

-- Somebody else writes the figures: he has counted the rows, and with them what the deltas say of
-- transactions that are over. Those of transactions still running come on top of his count. Which those are
-- is known before his statement, and whether it wrote row 1 after it: INSERT … ON CONFLICT DO NOTHING did not.
CREATE OR REPLACE FUNCTION station.note_counted_deltas() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(current_setting('station.adding_up', true), '') <> 'on' THEN
        PERFORM set_config(
            'station.counted', coalesce((SELECT string_agg(id::text, ',') FROM station.statistics_delta), ''), true);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.forget_statistics_deltas() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(current_setting('station.adding_up', true), '') <> 'on' THEN
        DELETE FROM station.statistics_delta
        WHERE id = ANY (string_to_array(current_setting('station.counted', true), ',')::bigint[]);
    END IF;
    RETURN NULL;
END
$$;

-- Add up what waits. Returns whether anything was added up. Costs next to nothing when nothing waits,
-- somebody else does it, or there is no such table.
CREATE OR REPLACE FUNCTION station.fold_statistics() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM station.statistics_delta)
       OR current_setting('transaction_isolation') <> 'read committed'
       OR to_regclass('public.statistics_cache') IS NULL
       OR NOT pg_try_advisory_xact_lock(300000) THEN
        RETURN false;
    END IF;
    RETURN station.add_up_statistics(0, 0, 0, 0, 0, 0);
END
$$;

-- What row 1 will say when all is added up (NULL: there is no such row), and what the rows say, at one moment.
CREATE OR REPLACE FUNCTION station.statistics_figures(OUT told jsonb, OUT counted jsonb)
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN s.id IS NOT NULL THEN jsonb_build_object(
               'total_bags', coalesce(s.total_bags, 0) + d.total_bags,
               'parent_bags', coalesce(s.parent_bags, 0) + d.parent_bags,
               'child_bags', coalesce(s.child_bags, 0) + d.child_bags,
               'total_scans', coalesce(s.total_scans, 0) + d.total_scans,
               'total_bills', coalesce(s.total_bills, 0) + d.total_bills,
               'total_users', coalesce(s.total_users, 0) + d.total_users) END,
           jsonb_build_object(
               'total_bags', b.total, 'parent_bags', b.parents, 'child_bags', b.children,
               'total_scans', (SELECT count(*) FROM public.scan),
               'total_bills', (SELECT count(*) FROM public.bill),
               'total_users', (SELECT count(*) FROM public."user"))
    FROM (
        SELECT count(*) AS total, count(*) FILTER (WHERE type = 'parent') AS parents,
               count(*) FILTER (WHERE type = 'child') AS children
        FROM public.bag
    ) AS b
    CROSS JOIN (
        SELECT coalesce(sum(total_bags), 0) AS total_bags, coalesce(sum(parent_bags), 0) AS parent_bags,
               coalesce(sum(child_bags), 0) AS child_bags, coalesce(sum(total_scans), 0) AS total_scans,
               coalesce(sum(total_bills), 0) AS total_bills, coalesce(sum(total_users), 0) AS total_users
        FROM station.statistics_delta
    ) AS d
    LEFT JOIN public.statistics_cache AS s ON s.id = 1
$$;

-- Make row 1 right, and make it where it is missing; returns what was told before and what is now.
-- The caller took the key in a statement before.
--
-- Only what told and counted differ by is added, to the row as it then stands: whoever changes it by one
-- meanwhile, as row triggers do, is not forgotten, and waits for one update instead of a count.
CREATE OR REPLACE FUNCTION station.correct_statistics(OUT before jsonb, OUT after jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Not a setting of the function: only a superuser could make one with a name like this.
    PERFORM set_config('station.adding_up', 'on', true);
    SELECT told, counted INTO before, after FROM station.statistics_figures();
    IF before IS NULL THEN
        INSERT INTO public.statistics_cache (
            id, total_bags, parent_bags, child_bags, total_scans, total_bills, total_users, last_updated
        ) VALUES (1, 0, 0, 0, 0, 0, 0, clock_timestamp() AT TIME ZONE 'UTC');
        SELECT told, counted INTO before, after FROM station.statistics_figures();
    END IF;
    UPDATE public.statistics_cache AS s
    SET total_bags = coalesce(s.total_bags, 0) + (after ->> 'total_bags')::int - (before ->> 'total_bags')::int,
        parent_bags = coalesce(s.parent_bags, 0) + (after ->> 'parent_bags')::int - (before ->> 'parent_bags')::int,
        child_bags = coalesce(s.child_bags, 0) + (after ->> 'child_bags')::int - (before ->> 'child_bags')::int,
        total_scans = coalesce(s.total_scans, 0) + (after ->> 'total_scans')::int - (before ->> 'total_scans')::int,
        total_bills = coalesce(s.total_bills, 0) + (after ->> 'total_bills')::int - (before ->> 'total_bills')::int,
        total_users = coalesce(s.total_users, 0) + (after ->> 'total_users')::int - (before ->> 'total_users')::int,
        last_updated = clock_timestamp() AT TIME ZONE 'UTC'
    WHERE s.id = 1;
    PERFORM station.add_up_statistics(0, 0, 0, 0, 0, 0);
    PERFORM set_config('station.adding_up', '', true);
END
$$;

-- The web application's triggers run inside what a station calls, with its owner's rights, and name their
-- tables without a schema. Where there are any, the schema of those tables is put into the path of the
-- function that calls this, before pg_temp, so that no table of the caller's stands in for one.
--
-- Functions, operators and types in that schema can stand in for those that the triggers mean, and would run
-- with the owner's rights. So nothing is done (TT004) for a caller who may create some there, nor while some
-- are there of somebody who has not the owner's confidence: he is no superuser, and the owner has not his
-- rights. Only what the server's bootstrap superuser owns is not in pg_shdepend.
CREATE OR REPLACE FUNCTION station.let_triggers_find_tables() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_schema   regnamespace;
    v_stranger regrole;
BEGIN
    SELECT c.relnamespace INTO v_schema
    FROM pg_class AS c
    WHERE c.oid = 'public.bag'::regclass AND EXISTS (
        SELECT FROM pg_trigger AS t
        WHERE t.tgrelid IN ('public.bag'::regclass, 'public.link'::regclass, 'public.scan'::regclass,
                            'public.bill'::regclass, 'public."user"'::regclass)
          AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgname !~ '^station_');
    IF v_schema IS NULL THEN
        RETURN;
    ELSIF session_user <> current_user AND has_schema_privilege(session_user, v_schema, 'CREATE')
          AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper) THEN
        RAISE EXCEPTION '% may create objects in schema %', session_user, v_schema USING ERRCODE = 'TT004';
    END IF;
    IF session_user <> current_user THEN
        SELECT made.refobjid INTO v_stranger
        FROM pg_shdepend AS made
        JOIN pg_roles AS owner ON owner.oid = made.refobjid
        WHERE made.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND made.classid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
          AND made.deptype = 'o' AND owner.rolname <> current_user AND NOT owner.rolsuper
          AND ((SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
               OR NOT pg_has_role(current_user, owner.oid, 'USAGE'))
          AND (EXISTS (SELECT FROM pg_proc WHERE oid = made.objid AND pronamespace = v_schema
                       AND made.classid = 'pg_proc'::regclass)
               OR EXISTS (SELECT FROM pg_operator WHERE oid = made.objid AND oprnamespace = v_schema
                          AND made.classid = 'pg_operator'::regclass)
               OR EXISTS (SELECT FROM pg_type WHERE oid = made.objid AND typnamespace = v_schema
                          AND made.classid = 'pg_type'::regclass))
        LIMIT 1;
        IF v_stranger IS NOT NULL THEN
            RAISE EXCEPTION '% owns objects in schema %', v_stranger, v_schema USING ERRCODE = 'TT004';
        END IF;
    END IF;
    PERFORM set_config('search_path', 'pg_catalog, ' || v_schema || ', pg_temp', true);
END
$$;


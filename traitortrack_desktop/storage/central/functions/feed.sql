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

-- The totals are not looked at: what stands on the bill, and in it, is fed of its own.
CREATE OR REPLACE FUNCTION station.feed_bill_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.change (kind, row_id)
    SELECT 'i', c.id FROM (
        SELECT id, bill_id, status, parent_bag_count, description, destination, vehicle_number FROM new_rows
        EXCEPT SELECT id, bill_id, status, parent_bag_count, description, destination, vehicle_number FROM old_rows
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

-- What else is shown of a bill. Totals from the rows; when a bag comes into a parent on it, the parent is fed and
-- the bill is not: whoever keeps both adds up for himself. The account is looked up by its number alone.
CREATE OR REPLACE FUNCTION station.bill_details(p_bill integer)
RETURNS TABLE (
    id integer, created bigint, by text, description text, destination text, vehicle text, children integer,
    expected integer
)
LANGUAGE sql STABLE
AS $$
    SELECT b.id,
           CASE WHEN b.created_at >= '0001-01-01' AND b.created_at < '9999-12-31'
               THEN extract(epoch FROM b.created_at)::bigint END,
           (SELECT u.username::text FROM public."user" AS u WHERE u.id = b.created_by_id),
           nullif(b.description, ''), nullif(b.destination, ''), nullif(b.vehicle_number, ''), t.children, t.expected
    FROM public.bill AS b
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((SELECT count(*) FROM public.link AS l WHERE l.parent_bag_id = p.id)), 0)::integer AS children,
               coalesce(sum(CASE WHEN p.qr_id ~* '^M[0-9]{3,4}-[0-9]+' THEN 15 ELSE 30 END), 0)::integer AS expected
        FROM public.bill_bag AS bb
        JOIN public.bag AS p ON p.id = bb.bag_id
        WHERE bb.bill_id = b.id
    ) AS t
    WHERE b.id = p_bill
$$;

-- Refuses an account whose stations are all revoked: it reads nothing any more. Which station asks is not told here.
-- For the WHERE of a query, where it is asked once.
CREATE OR REPLACE FUNCTION station.may_read() RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF EXISTS (SELECT FROM station.device WHERE role_name = session_user)
       AND NOT EXISTS (SELECT FROM station.device WHERE role_name = session_user AND revoked_at IS NULL)
       AND NOT station.comes_as_owner() THEN
        RAISE EXCEPTION 'all stations of % were revoked', session_user USING ERRCODE = 'TT002', DETAIL = 'revoked';
    END IF;
    RETURN true;
END
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
    PERFORM station.may_read();
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
    FROM (SELECT b.id FROM public.bag AS b WHERE b.id > p_after AND (SELECT station.may_read())
          ORDER BY b.id LIMIT p_limit) AS page
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
    FROM (SELECT b.id FROM public.bill AS b WHERE b.id > p_after AND (SELECT station.may_read())
          ORDER BY b.id LIMIT p_limit) AS page
    CROSS JOIN LATERAL station.bill_state(page.id) AS s
    ORDER BY page.id
$$;

-- As catalogue_bills, with what else is known of each: see bill_details.
CREATE OR REPLACE FUNCTION station.catalogue_bill_details(p_after integer, p_limit integer)
RETURNS TABLE (
    id integer, created bigint, by text, description text, destination text, vehicle text, children integer,
    expected integer
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
    FROM (SELECT b.id FROM public.bill AS b WHERE b.id > p_after AND (SELECT station.may_read())
          ORDER BY b.id LIMIT p_limit) AS page
    CROSS JOIN LATERAL station.bill_details(page.id) AS s
    ORDER BY page.id
$$;

-- Which parents are open at a station: {bag id: holder}. What is over by its time is left out.
CREATE OR REPLACE FUNCTION station.catalogue_holders() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
    SELECT coalesce(jsonb_object_agg(h.bag_id, station.holder_of(h.bag_id)), '{}')
    FROM station.parent_hold AS h
    WHERE h.bag_id IS NOT NULL AND h.until > clock_timestamp() AND (SELECT station.may_read())
$$;

-- p_cursor: centre | snapshot read | own transaction | target | its own transaction | xid | id
-- The first two say what was read. The other four are there within a round that takes several pages:
-- what the round ends at, fixed by its first page, and the last row delivered. An own transaction is the
-- posting in whose message the feed was asked: its rows are delivered though no snapshot holds them yet.
--
-- Returns {"cursor", "more", "bags": [[id, code, kind, parent id, parent code, since, count, completed,
-- bill id], ...], "gone": [bag ids], "bills": [[id, code, status, capacity, linked], ...],
-- "bills_gone": [ids], "bill_details": {bill id: {...}}, "holders": {parent's id: {...} or null}}, or {"reload": true} when the station has to load everything anew.
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
    PERFORM station.may_read();
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
            'bills_gone', (SELECT jsonb_agg(b.row_id) FROM bills AS b WHERE b.id IS NULL),
            'bill_details', (SELECT jsonb_object_agg(b.id, jsonb_strip_nulls(to_jsonb(d) - 'id'))
                             FROM bills AS b CROSS JOIN LATERAL station.bill_details(b.id) AS d),
            'holders', (SELECT jsonb_object_agg(b.id, station.holder_of(b.id)) FROM bags AS b WHERE b.kind = 'parent')
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

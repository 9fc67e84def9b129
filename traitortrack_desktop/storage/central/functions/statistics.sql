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

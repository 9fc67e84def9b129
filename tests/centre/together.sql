-- Who changed the rows that figures are counted from, and who wrote the figures: for the run of stations
-- and web application together, to tell whose figure is false.

CREATE SCHEMA watch;
CREATE TABLE watch.touch (
    xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at      timestamptz NOT NULL DEFAULT now(),  -- when the transaction began: it counts later than that
    work    text        NOT NULL,  -- 'station', or the name of the web application's work
    bag_id  integer,
    bill_id integer,
    what    text        NOT NULL   -- 'rows' or 'figures'
);
CREATE INDEX ON watch.touch (bag_id);
CREATE INDEX ON watch.touch (bill_id);

CREATE FUNCTION watch.note(p_bag integer, p_bill integer, p_what text) RETURNS void LANGUAGE sql
SET search_path = pg_catalog
AS $$
    INSERT INTO watch.touch (work, bag_id, bill_id, what)
    VALUES (coalesce(nullif(current_setting('web.work', true), ''), 'station'), p_bag, p_bill, p_what)
$$;

CREATE FUNCTION watch.link_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM watch.note(coalesce(NEW.parent_bag_id, OLD.parent_bag_id), NULL, 'rows');
    RETURN NULL;
END
$$;
CREATE FUNCTION watch.bill_bag_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM watch.note(coalesce(NEW.bag_id, OLD.bag_id), coalesce(NEW.bill_id, OLD.bill_id), 'rows');
    RETURN NULL;
END
$$;
CREATE FUNCTION watch.bag_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM watch.note(NEW.id, NULL, 'figures');
    RETURN NULL;
END
$$;
CREATE FUNCTION watch.bill_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM watch.note(NULL, NEW.id, 'figures');
    RETURN NULL;
END
$$;

CREATE TRIGGER watch_link AFTER INSERT OR DELETE ON link FOR EACH ROW EXECUTE FUNCTION watch.link_changed();
CREATE TRIGGER watch_bill_bag AFTER INSERT OR DELETE ON bill_bag
    FOR EACH ROW EXECUTE FUNCTION watch.bill_bag_changed();
CREATE TRIGGER watch_bag AFTER UPDATE OF child_count, weight_kg ON bag
    FOR EACH ROW WHEN (NEW.type = 'parent') EXECUTE FUNCTION watch.bag_written();
CREATE TRIGGER watch_bill AFTER UPDATE OF linked_parent_count, total_child_bags, total_weight_kg, expected_weight_kg
    ON bill FOR EACH ROW EXECUTE FUNCTION watch.bill_written();

-- Nine row triggers that keep the one row of figures right, and let every writer wait for every other.
-- Their functions name the table without its schema, as a hand-written script does.

CREATE FUNCTION update_bag_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE statistics_cache SET
            total_bags = total_bags + 1,
            parent_bags = parent_bags + CASE WHEN NEW.type = 'parent' THEN 1 ELSE 0 END,
            child_bags = child_bags + CASE WHEN NEW.type = 'child' THEN 1 ELSE 0 END,
            last_updated = now()
        WHERE id = 1;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE statistics_cache SET
            total_bags = greatest(0, total_bags - 1),
            parent_bags = greatest(0, parent_bags - CASE WHEN OLD.type = 'parent' THEN 1 ELSE 0 END),
            child_bags = greatest(0, child_bags - CASE WHEN OLD.type = 'child' THEN 1 ELSE 0 END),
            last_updated = now()
        WHERE id = 1;
    ELSIF OLD.type IS DISTINCT FROM NEW.type THEN
        UPDATE statistics_cache SET
            parent_bags = greatest(0, parent_bags + CASE WHEN NEW.type = 'parent' THEN 1 ELSE 0 END
                                                  - CASE WHEN OLD.type = 'parent' THEN 1 ELSE 0 END),
            child_bags = greatest(0, child_bags + CASE WHEN NEW.type = 'child' THEN 1 ELSE 0 END
                                                - CASE WHEN OLD.type = 'child' THEN 1 ELSE 0 END),
            last_updated = now()
        WHERE id = 1;
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION update_scan_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE statistics_cache SET
        total_scans = greatest(0, total_scans + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END), last_updated = now()
    WHERE id = 1;
    RETURN NULL;
END
$$;
CREATE FUNCTION update_bill_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE statistics_cache SET
        total_bills = greatest(0, total_bills + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END), last_updated = now()
    WHERE id = 1;
    RETURN NULL;
END
$$;
CREATE FUNCTION update_user_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE statistics_cache SET
        total_users = greatest(0, total_users + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END), last_updated = now()
    WHERE id = 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER bag_insert_trigger AFTER INSERT ON bag FOR EACH ROW EXECUTE FUNCTION update_bag_statistics();
CREATE TRIGGER bag_update_trigger AFTER UPDATE ON bag FOR EACH ROW
    WHEN (OLD.type IS DISTINCT FROM NEW.type) EXECUTE FUNCTION update_bag_statistics();
CREATE TRIGGER bag_delete_trigger AFTER DELETE ON bag FOR EACH ROW EXECUTE FUNCTION update_bag_statistics();
CREATE TRIGGER scan_insert_trigger AFTER INSERT ON scan FOR EACH ROW EXECUTE FUNCTION update_scan_statistics();
CREATE TRIGGER scan_delete_trigger AFTER DELETE ON scan FOR EACH ROW EXECUTE FUNCTION update_scan_statistics();
CREATE TRIGGER bill_insert_trigger AFTER INSERT ON bill FOR EACH ROW EXECUTE FUNCTION update_bill_statistics();
CREATE TRIGGER bill_delete_trigger AFTER DELETE ON bill FOR EACH ROW EXECUTE FUNCTION update_bill_statistics();
CREATE TRIGGER user_insert_trigger AFTER INSERT ON "user" FOR EACH ROW EXECUTE FUNCTION update_user_statistics();
CREATE TRIGGER user_delete_trigger AFTER DELETE ON "user" FOR EACH ROW EXECUTE FUNCTION update_user_statistics();

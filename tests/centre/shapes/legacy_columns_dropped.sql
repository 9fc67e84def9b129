-- 2 December 2025: the columns of earlier versions go.

ALTER TABLE bag DROP COLUMN created_by, DROP COLUMN current_location, DROP COLUMN qr_code, DROP COLUMN bag_type;
ALTER TABLE scan
    DROP COLUMN bag_id, DROP COLUMN scan_type, DROP COLUMN scan_location, DROP COLUMN device_info,
    DROP COLUMN scan_duration_ms, DROP COLUMN dispatch_area, DROP COLUMN location, DROP COLUMN duration_seconds;
UPDATE alembic_version SET version_num = 'h4i5j6k7l8m9';

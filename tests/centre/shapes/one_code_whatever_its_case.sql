-- Late October 2025: codes are upper-cased, and unique whatever their case.

ALTER TABLE bag DROP CONSTRAINT bag_qr_id_key;
DROP INDEX idx_bag_qr_upper;
DROP INDEX idx_bag_qr_type;
CREATE UNIQUE INDEX idx_bag_qr_id_unique_ci ON bag (upper(qr_id));
UPDATE alembic_version SET version_num = 'bc112eaa12f2';

-- End of October 2025: forgotten passwords, a second factor, lockout, and what an audit row saw.

ALTER TABLE "user" ADD COLUMN password_reset_token varchar(100);
ALTER TABLE "user" ADD COLUMN password_reset_token_expires timestamp;
ALTER TABLE "user" ADD COLUMN totp_secret varchar(32);
ALTER TABLE "user" ADD COLUMN two_fa_enabled boolean;
ALTER TABLE "user" ADD COLUMN failed_login_attempts integer;
ALTER TABLE "user" ADD COLUMN locked_until timestamp;
ALTER TABLE "user" ADD COLUMN last_failed_login timestamp;
ALTER TABLE audit_log ADD COLUMN before_state text;
ALTER TABLE audit_log ADD COLUMN after_state text;
CREATE INDEX idx_user_locked_until ON "user" (locked_until);
UPDATE alembic_version SET version_num = 'a1b2c3d4e5f6';

ALTER TABLE `devices` ADD `expires_at` integer;--> statement-breakpoint
CREATE INDEX `devices_expires` ON `devices` (`expires_at`) WHERE expires_at is not null and status <> 'revoked';
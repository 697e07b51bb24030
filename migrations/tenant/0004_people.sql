DROP INDEX `mails_created`;--> statement-breakpoint
DROP INDEX `mails_about`;--> statement-breakpoint
CREATE INDEX `mails_created` ON `mails` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `mails_about` ON `mails` (`about`,`created_at`,`id`);--> statement-breakpoint
DROP INDEX `peers_freed`;--> statement-breakpoint
ALTER TABLE `peers` ADD `held` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `peers_freed` ON `peers` (`gateway_id`,`revision`) WHERE removed = 1 and held = 0 and host is not null;--> statement-breakpoint
ALTER TABLE `users` ADD `name_key` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `users_created` ON `users` (`created_revision`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `users_name` ON `users` (`name_key`,`created_revision`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`role`,`created_revision`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `users_role_name` ON `users` (`role`,`name_key`,`created_revision`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `users_status` ON `users` (`status`,`created_revision`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `users_status_name` ON `users` (`status`,`name_key`,`created_revision`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `users_invitation` ON `users` (`invitation_hash`) WHERE invitation_hash is not null;--> statement-breakpoint
CREATE INDEX `api_keys_created` ON `api_keys` (`created_revision`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_living` ON `api_keys` (`expires_at`) WHERE revoked_at is null;--> statement-breakpoint
UPDATE `users` SET `name_key` = lower(`name`);
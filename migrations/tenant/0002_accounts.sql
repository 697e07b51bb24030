CREATE TABLE `anchors` (
	`number` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL,
	`signature` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `group_members` (
	`group_id` text NOT NULL,
	`user_id` text NOT NULL,
	`source` text NOT NULL,
	PRIMARY KEY(`group_id`, `user_id`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `group_members_user` ON `group_members` (`user_id`);--> statement-breakpoint
CREATE TABLE `groups` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_revision` integer NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_name_unique` ON `groups` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `groups_created_revision_unique` ON `groups` (`created_revision`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`request_hash` text NOT NULL,
	`answer` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `mails` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`recipient` text NOT NULL,
	`subject` text NOT NULL,
	`about` text NOT NULL,
	`status` text NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`sent_at` integer
);
--> statement-breakpoint
CREATE INDEX `mails_created` ON `mails` (`created_at`);--> statement-breakpoint
CREATE INDEX `mails_about` ON `mails` (`about`);--> statement-breakpoint
CREATE TABLE `oidc` (
	`id` integer PRIMARY KEY NOT NULL,
	`issuer` text NOT NULL,
	`client_id` text NOT NULL,
	`client_secret` text NOT NULL,
	`groups_claim` text,
	`creates_users` integer NOT NULL,
	`enabled` integer NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `quotas` (
	`name` text PRIMARY KEY NOT NULL,
	`most` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `syslog` (
	`id` integer PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`port` integer NOT NULL,
	`ca_pem` text,
	`enabled` integer NOT NULL,
	`revision` integer NOT NULL,
	`cursor` integer NOT NULL,
	`failures` integer NOT NULL,
	`last_error` text,
	`delivered_at` integer
);
--> statement-breakpoint
CREATE TABLE `usage` (
	`name` text NOT NULL,
	`key` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`name`, `key`)
);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`description` text NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` integer,
	`operations` text,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_revision` integer NOT NULL,
	`revision` integer NOT NULL,
	`cursor` integer NOT NULL,
	`failures` integer NOT NULL,
	`last_error` text,
	`delivered_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_created_revision_unique` ON `webhooks` (`created_revision`);--> statement-breakpoint
ALTER TABLE `api_keys` ADD `permissions` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `group_ids` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `gateway_ids` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `revoked_at` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `last_used_at` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `created_revision` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `gateway_reports` ADD `traffic_run` text;--> statement-breakpoint
ALTER TABLE `gateway_reports` ADD `traffic_report` integer;--> statement-breakpoint
ALTER TABLE `revisions` ADD `address` text;--> statement-breakpoint
ALTER TABLE `revisions` ADD `user_agent` text;--> statement-breakpoint
ALTER TABLE `tenant` ADD `status` text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE `tenant` ADD `delete_at` integer;--> statement-breakpoint
ALTER TABLE `tenant` ADD `policy` text DEFAULT '{"secondFactor":"optional","linkRedemption":"link","signIn":"any"}' NOT NULL;--> statement-breakpoint
ALTER TABLE `tenant` ADD `revision` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `status` text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `account_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `invitation_hash` text;--> statement-breakpoint
ALTER TABLE `users` ADD `invitation_expires_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `revision` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_account_id_unique` ON `users` (`account_id`);--> statement-breakpoint
INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'gateways', '', count(*) FROM `gateways`;--> statement-breakpoint
INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'users', '', count(*) FROM `users`;--> statement-breakpoint
INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'devices', '', count(*) FROM `devices` WHERE `status` <> 'revoked';--> statement-breakpoint
INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'devicesPerUser', `user_id`, count(*) FROM `devices` WHERE `status` <> 'revoked' GROUP BY `user_id`;

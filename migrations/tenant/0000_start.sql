CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`protocol` text NOT NULL,
	`public_key` text NOT NULL,
	`created_revision` integer NOT NULL,
	`retired_revision` integer,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `credentials_public_key` ON `credentials` (`protocol`,`public_key`);--> statement-breakpoint
CREATE INDEX `credentials_device` ON `credentials` (`device_id`);--> statement-breakpoint
CREATE TABLE `device_gateways` (
	`device_id` text NOT NULL,
	`gateway_id` text NOT NULL,
	PRIMARY KEY(`device_id`, `gateway_id`),
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `device_gateways_gateway` ON `device_gateways` (`gateway_id`);--> statement-breakpoint
CREATE TABLE `devices` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`platform` text NOT NULL,
	`status` text NOT NULL,
	`public_key` text,
	`revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_revision` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `devices_created_revision_unique` ON `devices` (`created_revision`);--> statement-breakpoint
CREATE INDEX `devices_user` ON `devices` (`user_id`);--> statement-breakpoint
CREATE TABLE `gateway_reports` (
	`gateway_id` text PRIMARY KEY NOT NULL,
	`reported_at` integer NOT NULL,
	`state` text NOT NULL,
	FOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `gateways` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`endpoint_host` text NOT NULL,
	`endpoint_port` integer NOT NULL,
	`listen_port` integer NOT NULL,
	`pool4` text NOT NULL,
	`pool6` text NOT NULL,
	`routes` text NOT NULL,
	`dns` text NOT NULL,
	`mtu` integer NOT NULL,
	`isolate_clients` integer NOT NULL,
	`identity_key` text,
	`wireguard_public_key` text,
	`enrollment_hash` text NOT NULL,
	`enrollment_expires_at` integer NOT NULL,
	`highest_host` integer NOT NULL,
	`peer_count` integer NOT NULL,
	`peer_digest` text NOT NULL,
	`sections_revision` integer NOT NULL,
	`revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_revision` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `gateways_created_revision_unique` ON `gateways` (`created_revision`);--> statement-breakpoint
CREATE UNIQUE INDEX `gateways_name` ON `gateways` (`name`);--> statement-breakpoint
CREATE TABLE `links` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `links_device` ON `links` (`device_id`);--> statement-breakpoint
CREATE TABLE `peer_traffic` (
	`device_id` text NOT NULL,
	`gateway_id` text NOT NULL,
	`latest_handshake_at` integer NOT NULL,
	`received_bytes` integer NOT NULL,
	`sent_bytes` integer NOT NULL,
	PRIMARY KEY(`device_id`, `gateway_id`),
	FOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `peers` (
	`gateway_id` text NOT NULL,
	`device_id` text NOT NULL,
	`public_key` text NOT NULL,
	`host` integer,
	`removed` integer NOT NULL,
	`revision` integer NOT NULL,
	PRIMARY KEY(`gateway_id`, `device_id`),
	FOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `peers_revision` ON `peers` (`gateway_id`,`revision`);--> statement-breakpoint
CREATE INDEX `peers_device` ON `peers` (`device_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `peers_host` ON `peers` (`gateway_id`,`host`);--> statement-breakpoint
CREATE INDEX `peers_freed` ON `peers` (`gateway_id`,`revision`) WHERE removed = 1 and host is not null;--> statement-breakpoint
CREATE TABLE `revisions` (
	`number` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`operation` text NOT NULL,
	`subject` text NOT NULL,
	`summary` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tenant` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`ula` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_revision` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_created_revision_unique` ON `users` (`created_revision`);
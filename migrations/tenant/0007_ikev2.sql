CREATE TABLE `authorities` (
	`id` text PRIMARY KEY NOT NULL,
	`generation` integer NOT NULL,
	`status` text NOT NULL,
	`certificate` text NOT NULL,
	`private_key` text NOT NULL,
	`permitted_hosts` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`created_revision` integer NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `authorities_generation_unique` ON `authorities` (`generation`);--> statement-breakpoint
CREATE UNIQUE INDEX `authorities_created_revision_unique` ON `authorities` (`created_revision`);--> statement-breakpoint
CREATE TABLE `certificates` (
	`id` text PRIMARY KEY NOT NULL,
	`authority_id` text NOT NULL,
	`device_id` text,
	`gateway_id` text,
	`serial` text NOT NULL,
	`identity` text NOT NULL,
	`not_before` integer NOT NULL,
	`not_after` integer NOT NULL,
	`revoked_at` integer,
	`revoked_revision` integer,
	FOREIGN KEY (`authority_id`) REFERENCES `authorities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `certificates_device` ON `certificates` (`device_id`,`revoked_revision`);--> statement-breakpoint
CREATE INDEX `certificates_gateway` ON `certificates` (`gateway_id`,`revoked_revision`);--> statement-breakpoint
CREATE INDEX `certificates_revoked` ON `certificates` (`revoked_revision`);--> statement-breakpoint
CREATE INDEX `certificates_authority` ON `certificates` (`authority_id`,`revoked_revision`);--> statement-breakpoint
CREATE TABLE `ikev2_peers` (
	`gateway_id` text NOT NULL,
	`device_id` text NOT NULL,
	`identity` text NOT NULL,
	`removed` integer NOT NULL,
	`held` integer DEFAULT false NOT NULL,
	`revision` integer NOT NULL,
	PRIMARY KEY(`gateway_id`, `device_id`),
	FOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `ikev2_peers_revision` ON `ikev2_peers` (`gateway_id`,`revision`);--> statement-breakpoint
CREATE INDEX `ikev2_peers_device` ON `ikev2_peers` (`device_id`);--> statement-breakpoint
ALTER TABLE `devices` ADD `ikev2_identity` text;--> statement-breakpoint
ALTER TABLE `devices` ADD `ikev2_expires_at` integer;--> statement-breakpoint
ALTER TABLE `gateways` ADD `ikev2` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `gateways` ADD `ike_pool4` text;--> statement-breakpoint
ALTER TABLE `gateways` ADD `ike_pool6` text;--> statement-breakpoint
ALTER TABLE `gateways` ADD `ike_public_key` text;--> statement-breakpoint
ALTER TABLE `gateways` ADD `certificate` text;--> statement-breakpoint
ALTER TABLE `gateways` ADD `certificate_authority` text;--> statement-breakpoint
ALTER TABLE `gateways` ADD `certificate_expires_at` integer;--> statement-breakpoint
ALTER TABLE `gateways` ADD `ikev2_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `gateways` ADD `ikev2_digest` text DEFAULT '00000000000000000000000000000000' NOT NULL;--> statement-breakpoint
ALTER TABLE `gateways` ADD `whole_revision` integer DEFAULT 0 NOT NULL;
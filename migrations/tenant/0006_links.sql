CREATE TABLE `__new_links` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text,
	`user_id` text,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`expires_at` integer,
	`opened_at` integer,
	`used_at` integer,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_links`("id", "device_id", "kind", "hash", "expires_at", "used_at", "revoked_at", "created_at") SELECT "id", "device_id", "kind", "hash", "expires_at", "used_at", "revoked_at", "created_at" FROM `links`;--> statement-breakpoint
DROP TABLE `links`;--> statement-breakpoint
ALTER TABLE `__new_links` RENAME TO `links`;--> statement-breakpoint
CREATE INDEX `links_created` ON `links` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `links_device` ON `links` (`device_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `links_user` ON `links` (`user_id`) WHERE user_id is not null;
CREATE TABLE `job_sweep` (
	`id` integer PRIMARY KEY NOT NULL,
	`cursor` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_wakeups` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`due_at` integer NOT NULL,
	`turn` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_wakeups_due` ON `job_wakeups` (`due_at`);
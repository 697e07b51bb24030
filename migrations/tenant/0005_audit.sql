ALTER TABLE `syslog` ADD `failing_since` integer;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `batch` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `failing_since` integer;--> statement-breakpoint
CREATE INDEX `revisions_at` ON `revisions` (`at`);--> statement-breakpoint
CREATE INDEX `revisions_actor` ON `revisions` (`actor`);--> statement-breakpoint
CREATE INDEX `revisions_subject` ON `revisions` (`subject`);--> statement-breakpoint
CREATE INDEX `revisions_operation` ON `revisions` (`operation`);
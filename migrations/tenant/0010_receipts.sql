CREATE TABLE `receipts` (
	`device_id` text NOT NULL,
	`gateway_id` text NOT NULL,
	`protocol` text NOT NULL,
	`credential` text NOT NULL,
	`revision` integer NOT NULL,
	`jws` text NOT NULL,
	`identity_key` text NOT NULL,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`device_id`, `gateway_id`, `protocol`, `credential`, `revision`),
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `receipts_device` ON `receipts` (`device_id`,`revision`);
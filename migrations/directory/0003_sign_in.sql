ALTER TABLE `challenges` ADD `email` text;--> statement-breakpoint
CREATE INDEX `challenges_email` ON `challenges` (`email`);
CREATE TABLE `quota_notices` (
	`name` text NOT NULL,
	`period` text NOT NULL,
	`percent` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`name`, `period`, `percent`)
);

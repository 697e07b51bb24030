// Written by scripts/migrations.ts; do not edit.

import type { Migration } from './migrate.ts';

export const directoryMigrations: readonly Migration[] = [
  {
    "tag": "0000_start",
    "statements": [
      "CREATE TABLE `setup_links` (\n\t`hash` text PRIMARY KEY NOT NULL,\n\t`expires_at` integer NOT NULL,\n\t`used_at` integer\n);",
      "CREATE TABLE `tenants` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`slug` text NOT NULL,\n\t`name` text NOT NULL,\n\t`created_at` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `tenants_slug_unique` ON `tenants` (`slug`);"
    ]
  },
  {
    "tag": "0001_jobs",
    "statements": [
      "CREATE TABLE `job_sweep` (\n\t`id` integer PRIMARY KEY NOT NULL,\n\t`cursor` text NOT NULL\n);",
      "CREATE TABLE `job_wakeups` (\n\t`tenant_id` text PRIMARY KEY NOT NULL,\n\t`due_at` integer NOT NULL,\n\t`turn` integer NOT NULL,\n\tFOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE INDEX `job_wakeups_due` ON `job_wakeups` (`due_at`);"
    ]
  },
  {
    "tag": "0002_accounts",
    "statements": [
      "CREATE TABLE `accounts` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`email` text NOT NULL,\n\t`name` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`totp_secret` text,\n\t`totp_confirmed_at` integer,\n\t`totp_step` integer DEFAULT 0 NOT NULL,\n\t`failures` integer DEFAULT 0 NOT NULL,\n\t`locked_until` integer DEFAULT 0 NOT NULL\n);",
      "CREATE UNIQUE INDEX `accounts_email_unique` ON `accounts` (`email`);",
      "CREATE TABLE `challenges` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`kind` text NOT NULL,\n\t`account_id` text,\n\t`secret_hash` text,\n\t`code_hash` text,\n\t`attempts` integer DEFAULT 0 NOT NULL,\n\t`payload` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL,\n\t`used_at` integer\n);",
      "CREATE UNIQUE INDEX `challenges_secret_hash_unique` ON `challenges` (`secret_hash`);",
      "CREATE INDEX `challenges_expires` ON `challenges` (`expires_at`);",
      "CREATE TABLE `idempotency_keys` (\n\t`hash` text PRIMARY KEY NOT NULL,\n\t`request_hash` text NOT NULL,\n\t`answer` text NOT NULL,\n\t`created_at` integer NOT NULL\n);",
      "CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);",
      "CREATE TABLE `jobs` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`kind` text NOT NULL,\n\t`payload` text NOT NULL,\n\t`status` text NOT NULL,\n\t`due_at` integer NOT NULL,\n\t`attempts` integer NOT NULL,\n\t`last_error` text,\n\t`created_at` integer NOT NULL\n);",
      "CREATE INDEX `jobs_due` ON `jobs` (`status`,`due_at`);",
      "CREATE TABLE `memberships` (\n\t`account_id` text NOT NULL,\n\t`tenant_id` text NOT NULL,\n\t`user_id` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\tPRIMARY KEY(`account_id`, `tenant_id`),\n\tFOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,\n\tFOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE INDEX `memberships_tenant` ON `memberships` (`tenant_id`);",
      "CREATE TABLE `passkeys` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`account_id` text NOT NULL,\n\t`name` text NOT NULL,\n\t`credential_id` text NOT NULL,\n\t`public_key` text NOT NULL,\n\t`counter` integer NOT NULL,\n\t`transports` text NOT NULL,\n\t`backed_up` integer NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`last_used_at` integer,\n\tFOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE UNIQUE INDEX `passkeys_credential_id_unique` ON `passkeys` (`credential_id`);",
      "CREATE INDEX `passkeys_account` ON `passkeys` (`account_id`);",
      "CREATE TABLE `recovery_codes` (\n\t`account_id` text NOT NULL,\n\t`hash` text NOT NULL,\n\t`used_at` integer,\n\tPRIMARY KEY(`account_id`, `hash`),\n\tFOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE TABLE `session_tenants` (\n\t`session_id` text NOT NULL,\n\t`tenant_id` text NOT NULL,\n\tPRIMARY KEY(`session_id`, `tenant_id`),\n\tFOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE TABLE `sessions` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`hash` text NOT NULL,\n\t`previous_hash` text,\n\t`rotated_at` integer NOT NULL,\n\t`account_id` text NOT NULL,\n\t`methods` text NOT NULL,\n\t`tenant_id` text,\n\t`created_at` integer NOT NULL,\n\t`seen_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL,\n\t`address` text NOT NULL,\n\t`user_agent` text NOT NULL,\n\tFOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE UNIQUE INDEX `sessions_hash_unique` ON `sessions` (`hash`);",
      "CREATE UNIQUE INDEX `sessions_previous_hash_unique` ON `sessions` (`previous_hash`);",
      "CREATE INDEX `sessions_account` ON `sessions` (`account_id`);",
      "CREATE TABLE `tenant_invitations` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`email` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL,\n\t`used_at` integer\n);",
      "ALTER TABLE `tenants` ADD `status` text DEFAULT 'active' NOT NULL;"
    ]
  },
  {
    "tag": "0003_sign_in",
    "statements": [
      "ALTER TABLE `challenges` ADD `email` text;",
      "CREATE INDEX `challenges_email` ON `challenges` (`email`);"
    ]
  }
];

export const tenantMigrations: readonly Migration[] = [
  {
    "tag": "0000_start",
    "statements": [
      "CREATE TABLE `api_keys` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`hash` text NOT NULL,\n\t`name` text NOT NULL,\n\t`role` text NOT NULL,\n\t`created_at` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);",
      "CREATE TABLE `credentials` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`device_id` text NOT NULL,\n\t`protocol` text NOT NULL,\n\t`public_key` text NOT NULL,\n\t`created_revision` integer NOT NULL,\n\t`retired_revision` integer,\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE UNIQUE INDEX `credentials_public_key` ON `credentials` (`protocol`,`public_key`);",
      "CREATE INDEX `credentials_device` ON `credentials` (`device_id`);",
      "CREATE TABLE `device_gateways` (\n\t`device_id` text NOT NULL,\n\t`gateway_id` text NOT NULL,\n\tPRIMARY KEY(`device_id`, `gateway_id`),\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action,\n\tFOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE INDEX `device_gateways_gateway` ON `device_gateways` (`gateway_id`);",
      "CREATE TABLE `devices` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`user_id` text NOT NULL,\n\t`name` text NOT NULL,\n\t`platform` text NOT NULL,\n\t`status` text NOT NULL,\n\t`public_key` text,\n\t`revision` integer NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_revision` integer NOT NULL,\n\tFOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE UNIQUE INDEX `devices_created_revision_unique` ON `devices` (`created_revision`);",
      "CREATE INDEX `devices_user` ON `devices` (`user_id`);",
      "CREATE TABLE `gateway_reports` (\n\t`gateway_id` text PRIMARY KEY NOT NULL,\n\t`reported_at` integer NOT NULL,\n\t`state` text NOT NULL,\n\tFOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE TABLE `gateways` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`name` text NOT NULL,\n\t`endpoint_host` text NOT NULL,\n\t`endpoint_port` integer NOT NULL,\n\t`listen_port` integer NOT NULL,\n\t`pool4` text NOT NULL,\n\t`pool6` text NOT NULL,\n\t`routes` text NOT NULL,\n\t`dns` text NOT NULL,\n\t`mtu` integer NOT NULL,\n\t`isolate_clients` integer NOT NULL,\n\t`identity_key` text,\n\t`wireguard_public_key` text,\n\t`enrollment_hash` text NOT NULL,\n\t`enrollment_expires_at` integer NOT NULL,\n\t`highest_host` integer NOT NULL,\n\t`peer_count` integer NOT NULL,\n\t`peer_digest` text NOT NULL,\n\t`sections_revision` integer NOT NULL,\n\t`revision` integer NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_revision` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `gateways_created_revision_unique` ON `gateways` (`created_revision`);",
      "CREATE UNIQUE INDEX `gateways_name` ON `gateways` (`name`);",
      "CREATE TABLE `links` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`device_id` text NOT NULL,\n\t`kind` text NOT NULL,\n\t`hash` text NOT NULL,\n\t`expires_at` integer NOT NULL,\n\t`used_at` integer,\n\t`revoked_at` integer,\n\t`created_at` integer NOT NULL,\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE INDEX `links_device` ON `links` (`device_id`);",
      "CREATE TABLE `peer_traffic` (\n\t`device_id` text NOT NULL,\n\t`gateway_id` text NOT NULL,\n\t`latest_handshake_at` integer NOT NULL,\n\t`received_bytes` integer NOT NULL,\n\t`sent_bytes` integer NOT NULL,\n\tPRIMARY KEY(`device_id`, `gateway_id`),\n\tFOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE TABLE `peers` (\n\t`gateway_id` text NOT NULL,\n\t`device_id` text NOT NULL,\n\t`public_key` text NOT NULL,\n\t`host` integer,\n\t`removed` integer NOT NULL,\n\t`revision` integer NOT NULL,\n\tPRIMARY KEY(`gateway_id`, `device_id`),\n\tFOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade,\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE INDEX `peers_revision` ON `peers` (`gateway_id`,`revision`);",
      "CREATE INDEX `peers_device` ON `peers` (`device_id`);",
      "CREATE UNIQUE INDEX `peers_host` ON `peers` (`gateway_id`,`host`);",
      "CREATE INDEX `peers_freed` ON `peers` (`gateway_id`,`revision`) WHERE removed = 1 and host is not null;",
      "CREATE TABLE `revisions` (\n\t`number` integer PRIMARY KEY NOT NULL,\n\t`at` integer NOT NULL,\n\t`actor` text NOT NULL,\n\t`operation` text NOT NULL,\n\t`subject` text NOT NULL,\n\t`summary` text NOT NULL,\n\t`hash` text NOT NULL\n);",
      "CREATE TABLE `tenant` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`slug` text NOT NULL,\n\t`name` text NOT NULL,\n\t`ula` text NOT NULL,\n\t`created_at` integer NOT NULL\n);",
      "CREATE TABLE `users` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`name` text NOT NULL,\n\t`email` text,\n\t`role` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_revision` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);",
      "CREATE UNIQUE INDEX `users_created_revision_unique` ON `users` (`created_revision`);"
    ]
  },
  {
    "tag": "0001_jobs",
    "statements": [
      "CREATE TABLE `jobs` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`kind` text NOT NULL,\n\t`payload` text NOT NULL,\n\t`status` text NOT NULL,\n\t`due_at` integer NOT NULL,\n\t`attempts` integer NOT NULL,\n\t`last_error` text,\n\t`created_at` integer NOT NULL\n);",
      "CREATE INDEX `jobs_due` ON `jobs` (`status`,`due_at`);"
    ]
  },
  {
    "tag": "0002_accounts",
    "statements": [
      "CREATE TABLE `anchors` (\n\t`number` integer PRIMARY KEY NOT NULL,\n\t`hash` text NOT NULL,\n\t`at` integer NOT NULL,\n\t`signature` text NOT NULL\n);",
      "CREATE TABLE `group_members` (\n\t`group_id` text NOT NULL,\n\t`user_id` text NOT NULL,\n\t`source` text NOT NULL,\n\tPRIMARY KEY(`group_id`, `user_id`),\n\tFOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,\n\tFOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade\n);",
      "CREATE INDEX `group_members_user` ON `group_members` (`user_id`);",
      "CREATE TABLE `groups` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`name` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_revision` integer NOT NULL,\n\t`revision` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `groups_name_unique` ON `groups` (`name`);",
      "CREATE UNIQUE INDEX `groups_created_revision_unique` ON `groups` (`created_revision`);",
      "CREATE TABLE `idempotency_keys` (\n\t`hash` text PRIMARY KEY NOT NULL,\n\t`request_hash` text NOT NULL,\n\t`answer` text NOT NULL,\n\t`created_at` integer NOT NULL\n);",
      "CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);",
      "CREATE TABLE `mails` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`kind` text NOT NULL,\n\t`recipient` text NOT NULL,\n\t`subject` text NOT NULL,\n\t`about` text NOT NULL,\n\t`status` text NOT NULL,\n\t`error` text,\n\t`created_at` integer NOT NULL,\n\t`sent_at` integer\n);",
      "CREATE INDEX `mails_created` ON `mails` (`created_at`);",
      "CREATE INDEX `mails_about` ON `mails` (`about`);",
      "CREATE TABLE `oidc` (\n\t`id` integer PRIMARY KEY NOT NULL,\n\t`issuer` text NOT NULL,\n\t`client_id` text NOT NULL,\n\t`client_secret` text NOT NULL,\n\t`groups_claim` text,\n\t`creates_users` integer NOT NULL,\n\t`enabled` integer NOT NULL,\n\t`revision` integer NOT NULL\n);",
      "CREATE TABLE `quotas` (\n\t`name` text PRIMARY KEY NOT NULL,\n\t`most` integer NOT NULL\n);",
      "CREATE TABLE `syslog` (\n\t`id` integer PRIMARY KEY NOT NULL,\n\t`host` text NOT NULL,\n\t`port` integer NOT NULL,\n\t`ca_pem` text,\n\t`enabled` integer NOT NULL,\n\t`revision` integer NOT NULL,\n\t`cursor` integer NOT NULL,\n\t`failures` integer NOT NULL,\n\t`last_error` text,\n\t`delivered_at` integer\n);",
      "CREATE TABLE `usage` (\n\t`name` text NOT NULL,\n\t`key` text NOT NULL,\n\t`value` integer NOT NULL,\n\tPRIMARY KEY(`name`, `key`)\n);",
      "CREATE TABLE `webhooks` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`url` text NOT NULL,\n\t`description` text NOT NULL,\n\t`secret` text NOT NULL,\n\t`previous_secret` text,\n\t`previous_until` integer,\n\t`operations` text,\n\t`enabled` integer NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_revision` integer NOT NULL,\n\t`revision` integer NOT NULL,\n\t`cursor` integer NOT NULL,\n\t`failures` integer NOT NULL,\n\t`last_error` text,\n\t`delivered_at` integer\n);",
      "CREATE UNIQUE INDEX `webhooks_created_revision_unique` ON `webhooks` (`created_revision`);",
      "ALTER TABLE `api_keys` ADD `permissions` text;",
      "ALTER TABLE `api_keys` ADD `group_ids` text;",
      "ALTER TABLE `api_keys` ADD `gateway_ids` text;",
      "ALTER TABLE `api_keys` ADD `expires_at` integer;",
      "ALTER TABLE `api_keys` ADD `revoked_at` integer;",
      "ALTER TABLE `api_keys` ADD `last_used_at` integer;",
      "ALTER TABLE `api_keys` ADD `created_revision` integer DEFAULT 1 NOT NULL;",
      "ALTER TABLE `gateway_reports` ADD `traffic_run` text;",
      "ALTER TABLE `gateway_reports` ADD `traffic_report` integer;",
      "ALTER TABLE `revisions` ADD `address` text;",
      "ALTER TABLE `revisions` ADD `user_agent` text;",
      "ALTER TABLE `tenant` ADD `status` text DEFAULT 'active' NOT NULL;",
      "ALTER TABLE `tenant` ADD `delete_at` integer;",
      "ALTER TABLE `tenant` ADD `policy` text DEFAULT '{\"secondFactor\":\"optional\",\"linkRedemption\":\"link\",\"signIn\":\"any\"}' NOT NULL;",
      "ALTER TABLE `tenant` ADD `revision` integer DEFAULT 1 NOT NULL;",
      "ALTER TABLE `users` ADD `status` text DEFAULT 'active' NOT NULL;",
      "ALTER TABLE `users` ADD `account_id` text;",
      "ALTER TABLE `users` ADD `invitation_hash` text;",
      "ALTER TABLE `users` ADD `invitation_expires_at` integer;",
      "ALTER TABLE `users` ADD `revision` integer DEFAULT 1 NOT NULL;",
      "CREATE UNIQUE INDEX `users_account_id_unique` ON `users` (`account_id`);",
      "INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'gateways', '', count(*) FROM `gateways`;",
      "INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'users', '', count(*) FROM `users`;",
      "INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'devices', '', count(*) FROM `devices` WHERE `status` <> 'revoked';",
      "INSERT INTO `usage` (`name`, `key`, `value`) SELECT 'devicesPerUser', `user_id`, count(*) FROM `devices` WHERE `status` <> 'revoked' GROUP BY `user_id`;"
    ]
  },
  {
    "tag": "0003_quota_notices",
    "statements": [
      "CREATE TABLE `quota_notices` (\n\t`name` text NOT NULL,\n\t`period` text NOT NULL,\n\t`percent` integer NOT NULL,\n\t`at` integer NOT NULL,\n\tPRIMARY KEY(`name`, `period`, `percent`)\n);"
    ]
  },
  {
    "tag": "0004_people",
    "statements": [
      "DROP INDEX `mails_created`;",
      "DROP INDEX `mails_about`;",
      "CREATE INDEX `mails_created` ON `mails` (`created_at`,`id`);",
      "CREATE INDEX `mails_about` ON `mails` (`about`,`created_at`,`id`);",
      "DROP INDEX `peers_freed`;",
      "ALTER TABLE `peers` ADD `held` integer DEFAULT false NOT NULL;",
      "CREATE INDEX `peers_freed` ON `peers` (`gateway_id`,`revision`) WHERE removed = 1 and held = 0 and host is not null;",
      "ALTER TABLE `users` ADD `name_key` text DEFAULT '' NOT NULL;",
      "ALTER TABLE `users` ADD `deleted_at` integer;",
      "CREATE INDEX `users_created` ON `users` (`created_revision`) WHERE deleted_at is null;",
      "CREATE INDEX `users_name` ON `users` (`name_key`,`created_revision`) WHERE deleted_at is null;",
      "CREATE INDEX `users_role` ON `users` (`role`,`created_revision`) WHERE deleted_at is null;",
      "CREATE INDEX `users_role_name` ON `users` (`role`,`name_key`,`created_revision`) WHERE deleted_at is null;",
      "CREATE INDEX `users_status` ON `users` (`status`,`created_revision`) WHERE deleted_at is null;",
      "CREATE INDEX `users_status_name` ON `users` (`status`,`name_key`,`created_revision`) WHERE deleted_at is null;",
      "CREATE INDEX `users_invitation` ON `users` (`invitation_hash`) WHERE invitation_hash is not null;",
      "CREATE INDEX `api_keys_created` ON `api_keys` (`created_revision`,`id`);",
      "CREATE INDEX `api_keys_living` ON `api_keys` (`expires_at`) WHERE revoked_at is null;",
      "UPDATE `users` SET `name_key` = lower(`name`);"
    ]
  },
  {
    "tag": "0005_audit",
    "statements": [
      "ALTER TABLE `syslog` ADD `failing_since` integer;",
      "ALTER TABLE `webhooks` ADD `batch` integer DEFAULT 1 NOT NULL;",
      "ALTER TABLE `webhooks` ADD `failing_since` integer;",
      "CREATE INDEX `revisions_at` ON `revisions` (`at`);",
      "CREATE INDEX `revisions_actor` ON `revisions` (`actor`);",
      "CREATE INDEX `revisions_subject` ON `revisions` (`subject`);",
      "CREATE INDEX `revisions_operation` ON `revisions` (`operation`);"
    ]
  },
  {
    "tag": "0006_links",
    "statements": [
      "CREATE TABLE `__new_links` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`device_id` text,\n\t`user_id` text,\n\t`kind` text NOT NULL,\n\t`hash` text NOT NULL,\n\t`expires_at` integer,\n\t`opened_at` integer,\n\t`used_at` integer,\n\t`revoked_at` integer,\n\t`created_at` integer NOT NULL,\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action,\n\tFOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "INSERT INTO `__new_links`(\"id\", \"device_id\", \"kind\", \"hash\", \"expires_at\", \"used_at\", \"revoked_at\", \"created_at\") SELECT \"id\", \"device_id\", \"kind\", \"hash\", \"expires_at\", \"used_at\", \"revoked_at\", \"created_at\" FROM `links`;",
      "DROP TABLE `links`;",
      "ALTER TABLE `__new_links` RENAME TO `links`;",
      "CREATE INDEX `links_created` ON `links` (`created_at`,`id`);",
      "CREATE INDEX `links_device` ON `links` (`device_id`,`created_at`,`id`);",
      "CREATE INDEX `links_user` ON `links` (`user_id`) WHERE user_id is not null;"
    ]
  },
  {
    "tag": "0007_ikev2",
    "statements": [
      "CREATE TABLE `authorities` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`generation` integer NOT NULL,\n\t`status` text NOT NULL,\n\t`certificate` text NOT NULL,\n\t`private_key` text NOT NULL,\n\t`permitted_hosts` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL,\n\t`created_revision` integer NOT NULL,\n\t`revision` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `authorities_generation_unique` ON `authorities` (`generation`);",
      "CREATE UNIQUE INDEX `authorities_created_revision_unique` ON `authorities` (`created_revision`);",
      "CREATE TABLE `certificates` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`authority_id` text NOT NULL,\n\t`device_id` text,\n\t`gateway_id` text,\n\t`serial` text NOT NULL,\n\t`identity` text NOT NULL,\n\t`not_before` integer NOT NULL,\n\t`not_after` integer NOT NULL,\n\t`revoked_at` integer,\n\t`revoked_revision` integer,\n\tFOREIGN KEY (`authority_id`) REFERENCES `authorities`(`id`) ON UPDATE no action ON DELETE no action,\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE INDEX `certificates_device` ON `certificates` (`device_id`,`revoked_revision`);",
      "CREATE INDEX `certificates_gateway` ON `certificates` (`gateway_id`,`revoked_revision`);",
      "CREATE INDEX `certificates_revoked` ON `certificates` (`revoked_revision`);",
      "CREATE INDEX `certificates_authority` ON `certificates` (`authority_id`,`revoked_revision`);",
      "CREATE TABLE `ikev2_peers` (\n\t`gateway_id` text NOT NULL,\n\t`device_id` text NOT NULL,\n\t`identity` text NOT NULL,\n\t`removed` integer NOT NULL,\n\t`held` integer DEFAULT false NOT NULL,\n\t`revision` integer NOT NULL,\n\tPRIMARY KEY(`gateway_id`, `device_id`),\n\tFOREIGN KEY (`gateway_id`) REFERENCES `gateways`(`id`) ON UPDATE no action ON DELETE cascade,\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE INDEX `ikev2_peers_revision` ON `ikev2_peers` (`gateway_id`,`revision`);",
      "CREATE INDEX `ikev2_peers_device` ON `ikev2_peers` (`device_id`);",
      "ALTER TABLE `devices` ADD `ikev2_identity` text;",
      "ALTER TABLE `devices` ADD `ikev2_expires_at` integer;",
      "ALTER TABLE `gateways` ADD `ikev2` integer DEFAULT false NOT NULL;",
      "ALTER TABLE `gateways` ADD `ike_pool4` text;",
      "ALTER TABLE `gateways` ADD `ike_pool6` text;",
      "ALTER TABLE `gateways` ADD `ike_public_key` text;",
      "ALTER TABLE `gateways` ADD `certificate` text;",
      "ALTER TABLE `gateways` ADD `certificate_authority` text;",
      "ALTER TABLE `gateways` ADD `certificate_expires_at` integer;",
      "ALTER TABLE `gateways` ADD `ikev2_count` integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE `gateways` ADD `ikev2_digest` text DEFAULT '00000000000000000000000000000000' NOT NULL;",
      "ALTER TABLE `gateways` ADD `whole_revision` integer DEFAULT 0 NOT NULL;"
    ]
  },
  {
    "tag": "0008_authority_domain",
    "statements": [
      "ALTER TABLE `authorities` RENAME COLUMN \"permitted_hosts\" TO \"domain\";"
    ]
  },
  {
    "tag": "0009_devices",
    "statements": [
      "ALTER TABLE `devices` ADD `on_demand` text DEFAULT '{\"mode\":\"off\",\"excludedSsids\":[],\"probe\":true}' NOT NULL;"
    ]
  },
  {
    "tag": "0010_receipts",
    "statements": [
      "CREATE TABLE `receipts` (\n\t`device_id` text NOT NULL,\n\t`gateway_id` text NOT NULL,\n\t`protocol` text NOT NULL,\n\t`credential` text NOT NULL,\n\t`revision` integer NOT NULL,\n\t`jws` text NOT NULL,\n\t`identity_key` text NOT NULL,\n\t`received_at` integer NOT NULL,\n\tPRIMARY KEY(`device_id`, `gateway_id`, `protocol`, `credential`, `revision`),\n\tFOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE INDEX `receipts_device` ON `receipts` (`device_id`,`revision`);"
    ]
  },
  {
    "tag": "0011_passwords",
    "statements": [
      "ALTER TABLE `devices` ADD `ikev2_secret` text;"
    ]
  },
  {
    "tag": "0012_profiles_of_credentials",
    "statements": [
      "ALTER TABLE `credentials` ADD `profile` text;"
    ]
  },
  {
    "tag": "0013_ends_of_devices",
    "statements": [
      "ALTER TABLE `devices` ADD `expires_at` integer;",
      "CREATE INDEX `devices_expires` ON `devices` (`expires_at`) WHERE expires_at is not null and status <> 'revoked';"
    ]
  }
];

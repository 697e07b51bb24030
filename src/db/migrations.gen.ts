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
  }
];

CREATE TABLE `accounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`number` text NOT NULL,
	`name` text NOT NULL,
	`language` text,
	`state` text DEFAULT 'active' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_number` ON `accounts` ("number" collate nocase);--> statement-breakpoint
CREATE TABLE `attachments` (
	`message_id` integer NOT NULL,
	`position` integer NOT NULL,
	`sha256` text NOT NULL,
	`filename` text,
	`content_type` text NOT NULL,
	`size` integer NOT NULL,
	`inline` integer NOT NULL,
	`content_id` text,
	`risky` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`message_id`, `position`),
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sha256`) REFERENCES `blobs`(`sha256`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attachments_sha256` ON `attachments` (`sha256`);--> statement-breakpoint
CREATE TABLE `blobs` (
	`sha256` text PRIMARY KEY NOT NULL,
	`size` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `blocked_senders` (
	`address` text PRIMARY KEY NOT NULL,
	`blocked_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `contacts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` integer NOT NULL,
	`address` text NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`language` text,
	`role` text DEFAULT 'holder' NOT NULL,
	`is_primary` integer DEFAULT false NOT NULL,
	`departments` text,
	`undeliverable_since` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contacts_account_address` ON `contacts` (`account_id`,`address`);--> statement-breakpoint
CREATE INDEX `contacts_address` ON `contacts` (`address`);--> statement-breakpoint
CREATE UNIQUE INDEX `contacts_one_primary` ON `contacts` (`address`) WHERE is_primary = 1;--> statement-breakpoint
CREATE TABLE `digest_mark` (
	`id` integer PRIMARY KEY NOT NULL,
	`day` text NOT NULL,
	`up_to` integer NOT NULL,
	CONSTRAINT "digest_mark_one_row" CHECK(id = 1)
);
--> statement-breakpoint
CREATE TABLE `followers` (
	`ticket_id` integer NOT NULL,
	`address` text NOT NULL,
	`follows` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`ticket_id`, `address`),
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `intake_records` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`reference` text NOT NULL,
	`received_at` integer NOT NULL,
	`verdict` text NOT NULL,
	`reason` text NOT NULL,
	`mail_from` text NOT NULL,
	`recipients` text NOT NULL,
	`ip` text,
	`helo` text,
	`sender` text,
	`subject` text NOT NULL,
	`message_id` text NOT NULL,
	`fingerprint` text NOT NULL,
	`size` integer NOT NULL,
	`raw_sha256` text,
	`raw_bytes` integer,
	`department` text,
	`would_refuse` text,
	`ticket_id` integer,
	`explanation` text NOT NULL,
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `intake_records_reference_unique` ON `intake_records` (`reference`);--> statement-breakpoint
CREATE INDEX `intake_verdict` ON `intake_records` (`verdict`,`received_at`,`raw_bytes`);--> statement-breakpoint
CREATE INDEX `intake_raw_sha256` ON `intake_records` (`raw_sha256`) WHERE raw_sha256 is not null;--> statement-breakpoint
CREATE INDEX `intake_raw_kept` ON `intake_records` (`received_at`) WHERE raw_bytes is not null and verdict in ('open-ticket', 'append-message');--> statement-breakpoint
CREATE INDEX `intake_staff` ON `intake_records` (`sender`,`received_at`) WHERE reason in ('staff-answer', 'staff-command', 'staff-opened');--> statement-breakpoint
CREATE INDEX `intake_would_refuse` ON `intake_records` (`id`) WHERE would_refuse is not null;--> statement-breakpoint
CREATE TABLE `messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`ticket_id` integer NOT NULL,
	`intake_id` integer,
	`author` text NOT NULL,
	`visibility` text NOT NULL,
	`author_address` text,
	`author_name` text DEFAULT '' NOT NULL,
	`verified` integer NOT NULL,
	`message_id` text,
	`fingerprint_start` integer,
	`text` text NOT NULL,
	`visible_ranges` text,
	`cut_rule` text,
	`cut_confidence_percent` integer,
	`html` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `messages_ticket` ON `messages` (`ticket_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_message_id` ON `messages` (`message_id`,`fingerprint_start`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`ticket_id` integer,
	`intake_id` integer,
	`recipient` text NOT NULL,
	`stranger_domain` text,
	`message_id` text NOT NULL,
	`mail` text NOT NULL,
	`rendered` blob,
	`state` text DEFAULT 'queued' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`lease_until` integer,
	`last_error` text,
	`created_at` integer NOT NULL,
	`retried_at` integer,
	`handled_by` text,
	`finished_at` integer,
	`bounce` text,
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "outbox_lease_while_sending" CHECK((state = 'sending') = (lease_until is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_message_id_unique` ON `outbox` (`message_id`);--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`next_attempt_at`) WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX `outbox_lease` ON `outbox` (`lease_until`) WHERE state = 'sending';--> statement-breakpoint
CREATE INDEX `outbox_failed` ON `outbox` (`created_at`) WHERE state = 'failed';--> statement-breakpoint
CREATE INDEX `outbox_recipient` ON `outbox` (created_at / 86400000,`recipient`);--> statement-breakpoint
CREATE INDEX `outbox_stranger` ON `outbox` (`stranger_domain`,`created_at`) WHERE stranger_domain is not null;--> statement-breakpoint
CREATE INDEX `outbox_ticket` ON `outbox` (`ticket_id`,`finished_at`);--> statement-breakpoint
CREATE INDEX `outbox_rendered` ON `outbox` (`finished_at`) WHERE rendered is not null and state in ('sent', 'failed', 'cancelled');--> statement-breakpoint
CREATE TABLE `raw_mails` (
	`intake_id` integer PRIMARY KEY NOT NULL,
	`bytes` blob NOT NULL,
	FOREIGN KEY (`intake_id`) REFERENCES `intake_records`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `services` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` integer NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `services_account_name` ON `services` (`account_id`,`name`);--> statement-breakpoint
CREATE TABLE `text_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`ticket_id` integer,
	`message_id` integer,
	`before` text NOT NULL,
	`after` text
);
--> statement-breakpoint
CREATE TABLE `tickets` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`public_id` text NOT NULL,
	`account_id` integer,
	`service_id` integer,
	`opener` text NOT NULL,
	`opener_name` text DEFAULT '' NOT NULL,
	`department` text NOT NULL,
	`mailbox` text NOT NULL,
	`subject` text NOT NULL,
	`subject_hash` integer,
	`status` text DEFAULT 'open' NOT NULL,
	`priority` text DEFAULT 'normal' NOT NULL,
	`language` text NOT NULL,
	`assignee` text,
	`continues_id` integer,
	`merged_into_id` integer,
	`split_from_id` integer,
	`legacy_id` text,
	`created_at` integer NOT NULL,
	`last_message_at` integer NOT NULL,
	`status_changed_at` integer NOT NULL,
	`closed_at` integer,
	`client_wrote_at` integer,
	`idle_since` integer NOT NULL,
	`warned_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`continues_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`merged_into_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`split_from_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_public_id_unique` ON `tickets` (`public_id`);--> statement-breakpoint
CREATE INDEX `tickets_account_subject` ON `tickets` (`account_id`,`subject_hash`);--> statement-breakpoint
CREATE INDEX `tickets_status` ON `tickets` (`status`,`last_message_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_legacy` ON `tickets` (`legacy_id`) WHERE legacy_id is not null;--> statement-breakpoint
CREATE INDEX `tickets_merged` ON `tickets` (`merged_into_id`) WHERE merged_into_id is not null;--> statement-breakpoint
CREATE INDEX `tickets_split` ON `tickets` (`split_from_id`) WHERE split_from_id is not null;--> statement-breakpoint
CREATE INDEX `tickets_idle` ON `tickets` (`idle_since`) WHERE status in ('pending', 'resolved');
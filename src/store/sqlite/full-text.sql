-- Full text of subjects and messages (SQLite FTS5), which drizzle can't describe: scripts/generate-migrations.mjs puts
-- this file behind the generated tables as a migration of its own. The texts stay in their tables (external content).
-- New rows are indexed together (text-index.ts); triggers keep the index in step with changes of what is in it already.
-- "espana" finds "España".
-- A later migration that rebuilds tickets or messages drops these triggers: it has to make them again.
create virtual table tickets_text using fts5(subject, content='tickets', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
create virtual table messages_text using fts5(text, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
-- Words of a text that is erased leave the index at once, not when its parts are merged one day.
insert into tickets_text(tickets_text, rank) values ('secure-delete', 1);
--> statement-breakpoint
insert into messages_text(messages_text, rank) values ('secure-delete', 1);
--> statement-breakpoint
-- Each addition is a segment; twelve of a size become one, not four: a word is written anew less often, and a search looks
-- at a few dozen segments. Crisis merges do all of it at once, and mails would wait.
insert into tickets_text(tickets_text, rank) values ('automerge', 12), ('crisismerge', 48);
--> statement-breakpoint
insert into messages_text(messages_text, rank) values ('automerge', 12), ('crisismerge', 48);
--> statement-breakpoint
insert into tickets_text(tickets_text) values ('rebuild');
--> statement-breakpoint
insert into messages_text(messages_text) values ('rebuild');
--> statement-breakpoint
create trigger tickets_text_removed after delete on tickets when exists (select 1 from tickets_text_docsize where id = old.id) begin
  insert into tickets_text(tickets_text, rowid, subject) values ('delete', old.id, old.subject);
end;
--> statement-breakpoint
create trigger tickets_text_changed after update of subject on tickets when exists (select 1 from tickets_text_docsize where id = old.id) begin
  insert into tickets_text(tickets_text, rowid, subject) values ('delete', old.id, old.subject);
  insert into tickets_text(rowid, subject) values (new.id, new.subject);
end;
--> statement-breakpoint
create trigger messages_text_removed after delete on messages when exists (select 1 from messages_text_docsize where id = old.id) begin
  insert into messages_text(messages_text, rowid, text) values ('delete', old.id, old.text);
end;
--> statement-breakpoint
create trigger messages_text_changed after update of text on messages when exists (select 1 from messages_text_docsize where id = old.id) begin
  insert into messages_text(messages_text, rowid, text) values ('delete', old.id, old.text);
  insert into messages_text(rowid, text) values (new.id, new.text);
end;

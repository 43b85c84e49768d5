-- Notes for the full-text index, which has a file of its own (text-index.ts), of texts that it may have already: what it
-- has to forget can be told to it only by the old words. drizzle can't describe triggers: scripts/generate-migrations.mjs
-- puts this file behind the generated tables as a migration of its own.
-- A later migration that rebuilds tickets or messages drops these triggers: it has to make them again.
create trigger tickets_subject_removed after delete on tickets begin
  insert into text_changes(ticket_id, before) values (old.id, old.subject);
end;
--> statement-breakpoint
create trigger tickets_subject_changed after update of subject on tickets when old.subject is not new.subject begin
  insert into text_changes(ticket_id, before, after) values (old.id, old.subject, new.subject);
end;
--> statement-breakpoint
create trigger messages_text_removed after delete on messages begin
  insert into text_changes(message_id, before) values (old.id, old.text);
end;
--> statement-breakpoint
create trigger messages_text_changed after update of text on messages when old.text is not new.text begin
  insert into text_changes(message_id, before, after) values (old.id, old.text, new.text);
end;

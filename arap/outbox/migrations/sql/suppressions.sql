-- The message that came back is the same company's.
alter table outbox_suppression add constraint outbox_suppression_message_fk
    foreign key (company_id, message_id) references outbox_message (company_id, id);

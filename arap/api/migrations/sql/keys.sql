-- A row of one company cannot point at a row of another.
alter table api_delivery add constraint api_delivery_webhook_fk
    foreign key (company_id, webhook_id) references api_webhook (company_id, id);

-- A row of one company cannot point at a row of another.
alter table invoices_invoice
    add constraint invoices_invoice_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint invoices_invoice_terms_fk
        foreign key (company_id, terms_id) references customers_paymentterms (company_id, id),
    add constraint invoices_invoice_credits_fk
        foreign key (company_id, credits_id) references invoices_invoice (company_id, id);
alter table invoices_invoiceline
    add constraint invoices_invoiceline_invoice_fk
        foreign key (company_id, invoice_id) references invoices_invoice (company_id, id),
    add constraint invoices_invoiceline_tax_code_fk
        foreign key (company_id, tax_code_id) references core_taxcode (company_id, id),
    add constraint invoices_invoiceline_credits_fk
        foreign key (company_id, credits_line_id) references invoices_invoiceline (company_id, id);
alter table invoices_invoiceinstalment add constraint invoices_invoiceinstalment_invoice_fk
    foreign key (company_id, invoice_id) references invoices_invoice (company_id, id);
alter table invoices_invoicefact add constraint invoices_invoicefact_invoice_fk
    foreign key (company_id, invoice_id) references invoices_invoice (company_id, id);

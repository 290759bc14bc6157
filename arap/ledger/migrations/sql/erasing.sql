-- Personal data: the words on documents go with their salt. What is sealed is a digest, which nobody can read any more;
-- the seals still hold. The application may do no other deletion in the book.
create function ledger_erase_words(p_company bigint, p_documents bigint[]) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare erased integer;
begin
    delete from ledger_documenttext where company_id = p_company and document_id = any(p_documents);
    get diagnostics erased = row_count;
    return erased;
end $$;
revoke all on function ledger_erase_words(bigint, bigint[]) from public;
grant execute on function ledger_erase_words(bigint, bigint[]) to arap_app;

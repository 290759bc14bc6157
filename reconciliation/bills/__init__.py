"""Bills of exchange (应收票据): what a customer pays with today and a bank or an acceptor pays on its day."""

"""Late charges: interest on what is paid late, and the fixed sum for the trouble, each a document of its own."""

"""A forward proxy: it answers for the vendors' hosts, and passes everything else through."""

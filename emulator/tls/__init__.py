"""TLS for the vendors' production hosts: the certificate authority of this user, its certificates, trust bundles."""

"""What proves a contract without us: dossiers, timestamped heads of the ledger, disclosure by two persons."""

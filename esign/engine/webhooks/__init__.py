"""Webhooks: endpoints, what each is told, deliveries with their log. The ledger is the queue."""

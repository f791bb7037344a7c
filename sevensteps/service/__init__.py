"""What every service is built with: store, use cases, outbox, receipts, migrations."""

"""Everything around a handler: intake, batches, side effects, the outbox and its relay."""

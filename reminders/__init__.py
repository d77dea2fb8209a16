"""The door for time: schedules, sweeps, digests and the outbox."""

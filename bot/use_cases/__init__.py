"""What people and time may ask for: each use case checks authority, decides, and writes through the journal."""

"""What the HTTP API of the contact base takes and gives, by noun."""

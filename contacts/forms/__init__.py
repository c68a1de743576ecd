"""Forms: behind a personal link, and in the admin."""

"""The demonstration: a series by an invented association, with people who do not exist."""

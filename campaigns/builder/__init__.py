"""Choosing people in the admin: the builder of audiences, segments, and "why (not) this person".

`tree` changes the JSON of an audience (pure), `kinds` is the one table of conditions with their
fields, `drafts` is an audience while somebody works on it, `pages` shows it.
"""

"""A file of people, from bytes to decisions. Nothing here touches the database.

`reading` makes a table of the bytes, `columns` guesses what each column is, `entries` turns rows
into entries, `planning` decides what an entry does to the contact base. Services write it.
"""

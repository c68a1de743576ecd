"""What is said of a plan without asking the database: when, in what order, what collides, for whom.

`moments` says when a mailing goes out or what it waits for, `conflicts` what is wrong with that
moment, `profiles` whether somebody of an invented kind gets it. campaigns.selectors.timeline reads
the rows and puts the line together.
"""

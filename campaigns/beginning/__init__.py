"""The pages on which a mailing is begun: from a text of ours, a template, or another mailing."""

"""Drafts of specifications: what is known of a ticket, eight sections of it, and how they reach the ticket."""

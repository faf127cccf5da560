"""The demo: invented hubs, schools and events, and a mailbox to read the mail in."""

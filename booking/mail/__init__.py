"""A Message becomes a mail: subject, text and HTML, then SMTP. No rules live here."""

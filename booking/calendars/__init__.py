"""Sessions become iCalendar: facts in, bytes out. No database, no clock: the same facts give the same bytes.

RFC 5545 (the format), RFC 7986 (names and refreshing), RFC 5546 and 6047 (entries by mail).
"""

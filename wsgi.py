"""The application for a WSGI server: `gunicorn wsgi:app`."""

import gc

from booking import create_app

app = create_app()

# What has been loaded stays. Without it, each thorough search for garbage goes through all of it again.
gc.collect()
gc.freeze()

"""Why a backup cannot be made or restored."""


class Bad(Exception):
    """It cannot be made, or not be restored from this file; the sentence is for the operator. Nothing was changed."""


class Damaged(Bad):
    """The file is not as it was when the backup was made."""

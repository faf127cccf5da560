"""Where the files beside the code are: `templates/` and `migrations/`."""

from pathlib import Path


def resource(name: str) -> Path:
    """Answer the folder `name`: inside the package where it was installed from a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.exists() else package.parent / name

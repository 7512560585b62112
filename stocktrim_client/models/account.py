"""The account itself."""

from stocktrim_client.models.base import Model


class ConnectedSystem(Model):
    """The system this account is loaded from."""

    name: str | None = None

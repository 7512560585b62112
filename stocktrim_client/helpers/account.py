"""The account itself."""

from stocktrim_client.generated.api.account import get_configuration, get_connected_system
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.wire import in_path, plain
from stocktrim_client.models.account import ConnectedSystem


class Account(Helper):
    """What the account is set to. Changing it could cut it off its source, so only `.api` can."""

    async def connected_system(self) -> ConnectedSystem | None:
        """The system this account is loaded from; None where StockTrim names none."""
        with answer_of("get_connected_system"):
            wire = await found(get_connected_system.asyncio(client=self._api))
            return _named(plain(wire.name) if wire else None)

    async def configuration(self, name: str) -> ConnectedSystem | None:
        """One named configuration; which names exist is not published. None: StockTrim knows none of that name."""
        if not name.strip() or not in_path(name):
            return None
        with answer_of("get_configuration"):
            call = get_configuration.asyncio(name, client=self._api)
            wire = await found(call, odd_path=not in_path(name, surely=True))
            return _named(plain(wire.name) if wire else None)


def _named(name: str | None) -> ConnectedSystem | None:
    return None if name is None else ConnectedSystem(name=name)

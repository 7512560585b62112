"""The forecast run, and the settings of the account."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer, nothing
from stocktrim_client.sandbox.routes.desk import Account, Ask, body_of
from stocktrim_client.sandbox.shapes import write
from stocktrim_client.sandbox.shop import text_of


async def run_forecast(account: Account, ask: Ask) -> Answer:
    """Start a run."""
    account.forecast.run(lambda: text_of(account.now()), account.quirks.status_lag)
    return nothing(201)


async def get_processing_status(account: Account, ask: Ask) -> Answer:
    """What is going on."""
    return answer(write(account.forecast.status(), shapes.PROCESSING, account.quirks, ("id",)))


async def set_processing_status(account: Account, ask: Ask) -> Answer:
    """Let a loader report."""
    given = body_of(account, ask, shapes.PROCESSING)
    told = {"isProcessing": False, "percentageComplete": 0, "statusMessage": None} | given
    account.forecast.say(told)
    return answer(write(told, shapes.PROCESSING, account.quirks))


async def get_configuration(account: Account, ask: Ask) -> Answer:
    """A setting by its name."""
    known = {"inventorymanagementsystem": account.shop.connected_system}
    name = known.get(ask.path["configurationName"].lower())
    if name is None and account.quirks.unknown_configuration == "404":
        raise RefusedError(404)
    return answer({"name": name})


async def get_connected_system(account: Account, ask: Ask) -> Answer:
    """The system the account is loaded from."""
    return answer({"name": account.shop.connected_system})


async def set_connected_system(account: Account, ask: Ask) -> Answer:
    """Change the system the account is loaded from."""
    account.shop.connected_system = body_of(account, ask, shapes.SYSTEM).get("api") or shapes.CONNECTED_SYSTEMS[0]
    return nothing(201)

import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    from_date: datetime.datetime,
    to_date: datetime.datetime,
    product_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_from_date = from_date.isoformat()
    params["fromDate"] = json_from_date

    json_to_date = to_date.isoformat()
    params["toDate"] = json_to_date

    params["productId"] = product_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/SalesOrders/Range",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | None:
    if response.status_code == 200:
        return None

    if response.status_code == 204:
        return None

    if 200 <= response.status_code <= 299:
        return None

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    from_date: datetime.datetime,
    to_date: datetime.datetime,
    product_id: str | Unset = UNSET,
) -> Response[Any]:
    """Delete the sales orders of a period

     Deletes the sales between two dates, of one product if given. There is no undo.

    Args:
        from_date (datetime.datetime): Start of the period; whether it is included is unknown.
        to_date (datetime.datetime): End of the period; whether it is included is unknown.
        product_id (str | Unset): productId of the one product whose sales are deleted; left out,
            the sales of all products.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        from_date=from_date,
        to_date=to_date,
        product_id=product_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    from_date: datetime.datetime,
    to_date: datetime.datetime,
    product_id: str | Unset = UNSET,
) -> Response[Any]:
    """Delete the sales orders of a period

     Deletes the sales between two dates, of one product if given. There is no undo.

    Args:
        from_date (datetime.datetime): Start of the period; whether it is included is unknown.
        to_date (datetime.datetime): End of the period; whether it is included is unknown.
        product_id (str | Unset): productId of the one product whose sales are deleted; left out,
            the sales of all products.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        from_date=from_date,
        to_date=to_date,
        product_id=product_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)

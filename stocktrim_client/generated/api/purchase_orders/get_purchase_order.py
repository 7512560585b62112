from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.purchase_order_response_dto import PurchaseOrderResponseDto
from ...types import Response


def _get_kwargs(
    reference_number: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/V2/PurchaseOrders/{reference_number}".format(
            reference_number=quote(str(reference_number), safe="").replace(".", "%2E"),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PurchaseOrderResponseDto | None:
    if response.status_code == 200:
        response_200 = PurchaseOrderResponseDto.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PurchaseOrderResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    reference_number: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[PurchaseOrderResponseDto]:
    """Get a purchase order

     Returns the order with this reference.

    Args:
        reference_number (str): Reference of the order; which of its two references is compared is
            unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PurchaseOrderResponseDto]
    """

    kwargs = _get_kwargs(
        reference_number=reference_number,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    reference_number: str,
    *,
    client: AuthenticatedClient | Client,
) -> PurchaseOrderResponseDto | None:
    """Get a purchase order

     Returns the order with this reference.

    Args:
        reference_number (str): Reference of the order; which of its two references is compared is
            unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PurchaseOrderResponseDto
    """

    return sync_detailed(
        reference_number=reference_number,
        client=client,
    ).parsed


async def asyncio_detailed(
    reference_number: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[PurchaseOrderResponseDto]:
    """Get a purchase order

     Returns the order with this reference.

    Args:
        reference_number (str): Reference of the order; which of its two references is compared is
            unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PurchaseOrderResponseDto]
    """

    kwargs = _get_kwargs(
        reference_number=reference_number,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    reference_number: str,
    *,
    client: AuthenticatedClient | Client,
) -> PurchaseOrderResponseDto | None:
    """Get a purchase order

     Returns the order with this reference.

    Args:
        reference_number (str): Reference of the order; which of its two references is compared is
            unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PurchaseOrderResponseDto
    """

    return (
        await asyncio_detailed(
            reference_number=reference_number,
            client=client,
        )
    ).parsed

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.purchase_order_request_dto import PurchaseOrderRequestDto
from ...models.purchase_order_response_dto import PurchaseOrderResponseDto
from ...types import Response


def _get_kwargs(
    *,
    body: PurchaseOrderRequestDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/PurchaseOrders",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PurchaseOrderResponseDto | None:
    if response.status_code == 200:
        response_200 = PurchaseOrderResponseDto.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = PurchaseOrderResponseDto.from_dict(response.json())

        return response_201

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
    *,
    client: AuthenticatedClient | Client,
    body: PurchaseOrderRequestDto,
) -> Response[PurchaseOrderResponseDto]:
    """Save a purchase order

     Creates the order, or updates the one with the same clientReferenceNumber; without one it always
    creates. Send all lines: whether an update replaces or merges them is unknown.

    Args:
        body (PurchaseOrderRequestDto): An order to a supplier, to create or to update. Always
            send all lines.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PurchaseOrderResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: PurchaseOrderRequestDto,
) -> PurchaseOrderResponseDto | None:
    """Save a purchase order

     Creates the order, or updates the one with the same clientReferenceNumber; without one it always
    creates. Send all lines: whether an update replaces or merges them is unknown.

    Args:
        body (PurchaseOrderRequestDto): An order to a supplier, to create or to update. Always
            send all lines.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PurchaseOrderResponseDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: PurchaseOrderRequestDto,
) -> Response[PurchaseOrderResponseDto]:
    """Save a purchase order

     Creates the order, or updates the one with the same clientReferenceNumber; without one it always
    creates. Send all lines: whether an update replaces or merges them is unknown.

    Args:
        body (PurchaseOrderRequestDto): An order to a supplier, to create or to update. Always
            send all lines.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PurchaseOrderResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: PurchaseOrderRequestDto,
) -> PurchaseOrderResponseDto | None:
    """Save a purchase order

     Creates the order, or updates the one with the same clientReferenceNumber; without one it always
    creates. Send all lines: whether an update replaces or merges them is unknown.

    Args:
        body (PurchaseOrderRequestDto): An order to a supplier, to create or to update. Always
            send all lines.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PurchaseOrderResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bill_of_materials_request_dto import BillOfMaterialsRequestDto
from ...models.bill_of_materials_response_dto import BillOfMaterialsResponseDto
from ...types import Response


def _get_kwargs(
    *,
    body: BillOfMaterialsRequestDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/boms",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BillOfMaterialsResponseDto | None:
    if response.status_code == 200:
        response_200 = BillOfMaterialsResponseDto.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = BillOfMaterialsResponseDto.from_dict(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BillOfMaterialsResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: BillOfMaterialsRequestDto,
) -> Response[BillOfMaterialsResponseDto]:
    """Add a component to a product

     Adds one component line to a product. Nothing says that a second call adds no second line.

    Args:
        body (BillOfMaterialsRequestDto): A component line to add to a product.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BillOfMaterialsResponseDto]
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
    body: BillOfMaterialsRequestDto,
) -> BillOfMaterialsResponseDto | None:
    """Add a component to a product

     Adds one component line to a product. Nothing says that a second call adds no second line.

    Args:
        body (BillOfMaterialsRequestDto): A component line to add to a product.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BillOfMaterialsResponseDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: BillOfMaterialsRequestDto,
) -> Response[BillOfMaterialsResponseDto]:
    """Add a component to a product

     Adds one component line to a product. Nothing says that a second call adds no second line.

    Args:
        body (BillOfMaterialsRequestDto): A component line to add to a product.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BillOfMaterialsResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: BillOfMaterialsRequestDto,
) -> BillOfMaterialsResponseDto | None:
    """Add a component to a product

     Adds one component line to a product. Nothing says that a second call adds no second line.

    Args:
        body (BillOfMaterialsRequestDto): A component line to add to a product.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BillOfMaterialsResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.products_request_dto import ProductsRequestDto
from ...models.products_response_dto import ProductsResponseDto
from ...types import Response


def _get_kwargs(
    *,
    body: ProductsRequestDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/Products",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProductsResponseDto | None:
    if response.status_code == 200:
        response_200 = ProductsResponseDto.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = ProductsResponseDto.from_dict(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProductsResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProductsRequestDto,
) -> Response[ProductsResponseDto]:
    """Save a product

     Creates the product, or updates the one with the same productId. A new product shows in the order
    plan only after the next forecast run.

    Args:
        body (ProductsRequestDto): A product to create or to update. What is left out is probably
            kept (inferred), so send what changes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProductsResponseDto]
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
    body: ProductsRequestDto,
) -> ProductsResponseDto | None:
    """Save a product

     Creates the product, or updates the one with the same productId. A new product shows in the order
    plan only after the next forecast run.

    Args:
        body (ProductsRequestDto): A product to create or to update. What is left out is probably
            kept (inferred), so send what changes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProductsResponseDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProductsRequestDto,
) -> Response[ProductsResponseDto]:
    """Save a product

     Creates the product, or updates the one with the same productId. A new product shows in the order
    plan only after the next forecast run.

    Args:
        body (ProductsRequestDto): A product to create or to update. What is left out is probably
            kept (inferred), so send what changes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProductsResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ProductsRequestDto,
) -> ProductsResponseDto | None:
    """Save a product

     Creates the product, or updates the one with the same productId. A new product shows in the order
    plan only after the next forecast run.

    Args:
        body (ProductsRequestDto): A product to create or to update. What is left out is probably
            kept (inferred), so send what changes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProductsResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

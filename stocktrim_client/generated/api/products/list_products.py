from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.products_response_dto import ProductsResponseDto
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    code: str | Unset = UNSET,
    page_no: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["code"] = code

    params["pageNo"] = page_no

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/Products",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> list[ProductsResponseDto] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = ProductsResponseDto.from_dict(response_200_item_data)

            response_200.append(response_200_item)

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[list[ProductsResponseDto]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    code: str | Unset = UNSET,
    page_no: int | Unset = UNSET,
) -> Response[list[ProductsResponseDto]]:
    """List products

     Returns one page of the catalogue, or the product whose code is given.

    Args:
        code (str | Unset): Code of one product, matched exactly; probably its productId
            (inferred).
        page_no (int | Unset): Number of the page. Whether the first is 0 or 1 is unknown, so drop
            repeats by productId.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[ProductsResponseDto]]
    """

    kwargs = _get_kwargs(
        code=code,
        page_no=page_no,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    code: str | Unset = UNSET,
    page_no: int | Unset = UNSET,
) -> list[ProductsResponseDto] | None:
    """List products

     Returns one page of the catalogue, or the product whose code is given.

    Args:
        code (str | Unset): Code of one product, matched exactly; probably its productId
            (inferred).
        page_no (int | Unset): Number of the page. Whether the first is 0 or 1 is unknown, so drop
            repeats by productId.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[ProductsResponseDto]
    """

    return sync_detailed(
        client=client,
        code=code,
        page_no=page_no,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    code: str | Unset = UNSET,
    page_no: int | Unset = UNSET,
) -> Response[list[ProductsResponseDto]]:
    """List products

     Returns one page of the catalogue, or the product whose code is given.

    Args:
        code (str | Unset): Code of one product, matched exactly; probably its productId
            (inferred).
        page_no (int | Unset): Number of the page. Whether the first is 0 or 1 is unknown, so drop
            repeats by productId.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[ProductsResponseDto]]
    """

    kwargs = _get_kwargs(
        code=code,
        page_no=page_no,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    code: str | Unset = UNSET,
    page_no: int | Unset = UNSET,
) -> list[ProductsResponseDto] | None:
    """List products

     Returns one page of the catalogue, or the product whose code is given.

    Args:
        code (str | Unset): Code of one product, matched exactly; probably its productId
            (inferred).
        page_no (int | Unset): Number of the page. Whether the first is 0 or 1 is unknown, so drop
            repeats by productId.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[ProductsResponseDto]
    """

    return (
        await asyncio_detailed(
            client=client,
            code=code,
            page_no=page_no,
        )
    ).parsed

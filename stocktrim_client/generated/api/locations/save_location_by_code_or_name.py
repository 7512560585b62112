from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.location_request_dto import LocationRequestDto
from ...models.location_response_dto import LocationResponseDto
from ...types import Response


def _get_kwargs(
    *,
    body: LocationRequestDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/Locations",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> LocationResponseDto | None:
    if response.status_code == 200:
        response_200 = LocationResponseDto.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = LocationResponseDto.from_dict(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[LocationResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: LocationRequestDto,
) -> Response[LocationResponseDto]:
    """Save a location by code or name

     Creates the location, or updates the one with the same code or the same name. Prefer save_location:
    matching by name can hit another location.

    Args:
        body (LocationRequestDto): A location to create or to update.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LocationResponseDto]
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
    body: LocationRequestDto,
) -> LocationResponseDto | None:
    """Save a location by code or name

     Creates the location, or updates the one with the same code or the same name. Prefer save_location:
    matching by name can hit another location.

    Args:
        body (LocationRequestDto): A location to create or to update.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LocationResponseDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: LocationRequestDto,
) -> Response[LocationResponseDto]:
    """Save a location by code or name

     Creates the location, or updates the one with the same code or the same name. Prefer save_location:
    matching by name can hit another location.

    Args:
        body (LocationRequestDto): A location to create or to update.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LocationResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: LocationRequestDto,
) -> LocationResponseDto | None:
    """Save a location by code or name

     Creates the location, or updates the one with the same code or the same name. Prefer save_location:
    matching by name can hit another location.

    Args:
        body (LocationRequestDto): A location to create or to update.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LocationResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

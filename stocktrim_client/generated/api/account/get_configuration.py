from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.inventory_management_system_response import InventoryManagementSystemResponse
from ...types import Response


def _get_kwargs(
    configuration_name: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/Configuration/{configuration_name}".format(
            configuration_name=quote(str(configuration_name), safe="").replace(".", "%2E"),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> InventoryManagementSystemResponse | None:
    if response.status_code == 200:
        response_200 = InventoryManagementSystemResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[InventoryManagementSystemResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    configuration_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[InventoryManagementSystemResponse]:
    """Get a configuration

     Returns a configuration by its name. Which names exist is not published.

    Args:
        configuration_name (str): Name of the configuration; the valid ones are not published.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InventoryManagementSystemResponse]
    """

    kwargs = _get_kwargs(
        configuration_name=configuration_name,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    configuration_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> InventoryManagementSystemResponse | None:
    """Get a configuration

     Returns a configuration by its name. Which names exist is not published.

    Args:
        configuration_name (str): Name of the configuration; the valid ones are not published.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InventoryManagementSystemResponse
    """

    return sync_detailed(
        configuration_name=configuration_name,
        client=client,
    ).parsed


async def asyncio_detailed(
    configuration_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[InventoryManagementSystemResponse]:
    """Get a configuration

     Returns a configuration by its name. Which names exist is not published.

    Args:
        configuration_name (str): Name of the configuration; the valid ones are not published.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InventoryManagementSystemResponse]
    """

    kwargs = _get_kwargs(
        configuration_name=configuration_name,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    configuration_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> InventoryManagementSystemResponse | None:
    """Get a configuration

     Returns a configuration by its name. Which names exist is not published.

    Args:
        configuration_name (str): Name of the configuration; the valid ones are not published.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InventoryManagementSystemResponse
    """

    return (
        await asyncio_detailed(
            configuration_name=configuration_name,
            client=client,
        )
    ).parsed

"""Print the status of a URL, by the client that the second argument names. It is run without anything of ours."""

import asyncio
import sys


def by_urllib(url):
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        return urlopen(url).status
    except HTTPError as error:
        return error.code


def by_http_client(url):
    from http.client import HTTPSConnection
    from urllib.parse import urlsplit

    connection = HTTPSConnection(urlsplit(url).hostname)
    connection.request("GET", urlsplit(url).path)
    return connection.getresponse().status


def by_asyncio(url):
    from urllib.parse import urlsplit

    async def call():
        reader, writer = await asyncio.open_connection(urlsplit(url).hostname, 443, ssl=True)
        writer.write(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: {urlsplit(url).hostname}\r\n\r\n".encode())
        status = int((await reader.readline()).split()[1])
        writer.close()
        return status

    return asyncio.run(call())


def by_requests(url):
    import requests

    return requests.get(url).status_code


def by_urllib3(url):
    import urllib3

    return urllib3.PoolManager().request("GET", url).status


def by_httpx(url):
    import httpx

    return httpx.get(url).status_code


def by_httpx_async(url):
    import httpx

    async def call():
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(url)).status_code

    return asyncio.run(call())


def by_aiohttp(url):
    import aiohttp

    async def call():
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return reply.status

    return asyncio.run(call())


def by_aiohttp_aiodns(url):
    import aiohttp

    async def call():
        connector = aiohttp.TCPConnector(resolver=aiohttp.AsyncResolver())
        async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as reply:
            return reply.status

    return asyncio.run(call())


def by_aiohttp_uvloop(url):
    import uvloop

    uvloop.install()
    return by_aiohttp(url)


def by_httpx_uvloop(url):
    import uvloop

    uvloop.install()
    return by_httpx_async(url)


def by_asyncio_uvloop(url):
    import uvloop

    uvloop.install()
    return by_asyncio(url)


def by_makeimpact(key):
    import makeimpact

    client = makeimpact.OneClickImpact(key, environment=makeimpact.Environment.SANDBOX)
    made = client.plant_tree(amount=3)
    return made.tree_planted


print(globals()["by_" + sys.argv[2]](sys.argv[1]))  # noqa: T201

"""The API's page works without the internet: nothing on it comes from elsewhere."""

from __future__ import annotations

import asyncio

import httpx

from casesvc.api.app import create_app
from runtime.blobs import MemoryBlobs
from runtime.database.pool import Database


async def _page(app: object, path: str) -> str:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text


def test_the_page_of_the_api_loads_nothing_from_elsewhere(database_url: str) -> None:
    app = create_app(Database(database_url, "public"), MemoryBlobs())
    page = asyncio.run(_page(app, "/docs"))
    assert "https://" not in page
    script = next(part for part in page.split('"') if part.endswith("swagger-ui-bundle.js"))
    assert "SwaggerUIBundle" in asyncio.run(_page(app, script))

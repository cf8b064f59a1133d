"""FastAPI with pydantic: the operations of ``bare.py``."""

from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

from benchmarks.apps.records import KEY, Made, Making, Records, first, make

app = FastAPI()


@app.post("/oneclickimpact/v1/capture_carbon", response_model_exclude_none=True)
async def capture_carbon(making: Making, x_api_key: Annotated[str, Header()]) -> Made:
    if x_api_key != KEY:
        raise HTTPException(401)
    return make(making)


@app.get("/oneclickimpact/v1/records")
async def list_records(x_api_key: Annotated[str, Header()], limit: int = 10) -> Records:
    if x_api_key != KEY:
        raise HTTPException(401)
    return first(limit)

"""Two operations of 1ClickImpact written by hand: the models, and a list in memory."""

import os
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, EmailStr, Field

KEY = "test_local_0001"


class Making(BaseModel):
    amount: Annotated[int, Field(ge=1, le=10_000_000)]
    customer_email: EmailStr | None = None
    customer_name: str | None = None


class Customer(BaseModel):
    customer_id: str
    customer_email: str
    customer_name: str | None


class Made(BaseModel):
    user_id: str
    carbon_captured: int
    customer: Customer | None = None
    time_utc: datetime


class Record(BaseModel):
    user_id: str
    time_utc: datetime
    carbon_captured: int


class Records(BaseModel):
    user_records: list[Record]


made: list[Made] = [
    Made(user_id="U123", carbon_captured=5, time_utc=datetime.now(UTC)) for _ in range(int(os.environ["BENCH_RECORDS"]))
]


def make(making: Making) -> Made:
    customer = None
    if making.customer_email:
        customer = Customer(
            customer_id="U41505470", customer_email=making.customer_email, customer_name=making.customer_name
        )
    one = Made(user_id="U123", carbon_captured=making.amount, customer=customer, time_utc=datetime.now(UTC))
    made.append(one)
    return one


def first(limit: int) -> Records:
    listed = [
        Record(user_id=one.user_id, time_utc=one.time_utc, carbon_captured=one.carbon_captured) for one in made[:limit]
    ]
    return Records(user_records=listed)

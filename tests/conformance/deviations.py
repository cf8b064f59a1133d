"""The deviations of the proof: what vendors might change, over the five providers."""

from typing import Any

from tests.conformance.changes import (
    Add,
    Change,
    Copy,
    Default,
    Deviation,
    Drop,
    Edit,
    Headers,
    Ignore,
    Member,
    Parameter,
    Rename,
    RequireMember,
    Status,
    above,
    as_number,
    days,
    longer,
    plus,
    reverse,
    rounded,
    rounded_down,
    seconds,
    shorter,
    under,
    without_milliseconds,
)

EVERY = "every operation"


def _of(provider: str, *deviations: tuple[str, str, Change]) -> list[Deviation]:
    return [Deviation(provider, operation, name, change) for operation, name, change in deviations]


def _first_day_refused(value: Any) -> Any:
    """Read a date with its day first as one that is refused."""
    return "no date" if isinstance(value, str) and value[2:3] == "-" else value


def _swapped_rows(columns: Any) -> Any:
    """Show the first two rows of a column in the other order."""
    if isinstance(columns, dict) and {"0", "1"} <= columns.keys():
        return {**columns, "0": columns["1"], "1": columns["0"]}
    return columns


def _one_more(value: str) -> str:
    return str(int(value) + 1) if value.isdecimal() else value


DEVIATIONS = [
    *_of(
        "oneclickimpact",
        ("list_records", "a renamed time", Rename("user_records[].time_utc", "timestamp")),
        ("capture_carbon", "an amount as text", Edit("carbon_captured", str)),
        ("capture_carbon", "a tightened bound", Member("amount", above(1_000_000, 10_000_001))),
        ("capture_carbon", "a bound that is gone", Member("amount", lambda value: 1 if value == 0 else value)),
        ("capture_carbon", "created in place of ok", Status(200, 201)),
        ("list_records", "newest first", Edit("user_records", reverse)),
        ("list_records", "an end date that is excluded", Parameter("end_date", days(-1))),
        ("list_records", "a larger default page", Default("limit", 25)),
        ("list_records", "a filter that is ignored", Ignore("filter_by")),
        ("who_am_i", "a lost address", Drop("email")),
        (EVERY, "forbidden in place of unauthorized", Status(401, 403)),
        (EVERY, "another type of refusal", Edit("type", lambda _: "validation_error", on_status=400)),
        ("cancel_impact", "another message", Edit("message", lambda _: "cancelled")),
        ("capture_carbon", "times in whole seconds", Edit("time_utc", without_milliseconds)),
        ("get_impact", "totals without customers", Copy("carbon_captured", "user_impact.carbon_captured")),
        ("list_projects", "a new member", Add("projects[].type", "rating", 5)),
        ("plant_tree", "a required category", RequireMember("category", 0)),
        ("capture_carbon", "an exclusive least amount", Member("amount", under(2, 0))),
        ("list_records", "a start date that is excluded", Parameter("start_date", days(1))),
        ("list_customers", "newest customers first", Edit("customers", reverse)),
        ("list_customer_records", "a date that is ignored", Ignore("start_date")),
        ("donate_money", "dollars in place of cents", Edit("money_donated", lambda v: v / 100)),
        ("list_projects", "coordinates as text", Edit("projects[].latitude", str)),
    ),
    *_of(
        "cnaught",
        ("get_quote", "fractions that are dropped", Member("amount_kg", rounded_down)),
        ("place_order", "another first state", Edit("state", lambda _: "pending")),
        ("list_orders", "oldest first", Edit("data", reverse)),
        ("place_order", "a time as a number", Edit("created_on", lambda _: 1768471200)),
        ("list_orders", "a cursor that is ignored", Ignore("starting_after")),
        ("list_orders", "a smaller largest page", Parameter("limit", above(50, "101"))),
        (EVERY, "replays without a header", Headers("x-idempotent-replay", None)),
        ("place_order", "a conflict in place of 422", Status(422, 409)),
        ("place_order", "ok in place of created", Status(201, 200)),
        ("create_subaccount", "no explicit nulls", Drop("email", null_alone=True)),
        ("create_checkout_session", "a shorter life", Edit("expires_on", seconds(-23 * 3600))),
        (EVERY, "another type of problem", Edit("type", lambda _: "about:blank", on_status=404)),
        (EVERY, "problems as plain JSON", Headers("content-type", "application/json", when="problem")),
        ("get_air_freight_quote", "another rounding", Edit("amount_kg", plus(-1))),
        ("get_impact_data", "a total as text", Edit("total_offset_kgs", str)),
        ("place_order", "a shorter description", Member("description", longer(256, "x" * 513))),
        ("get_portfolio", "a renamed price", Rename("api_price_per_kg_usd_cents", "api_price_usd_cents")),
        ("list_subaccounts", "oldest subaccounts first", Edit("data", reverse)),
        ("cancel_order", "not found in place of forbidden", Status(403, 404)),
        ("delete_subaccount", "ok in place of no content", Status(204, 200)),
        ("get_quote", "prices rounded up", Edit("price_usd_cents", plus(1))),
        ("place_order", "a required description", RequireMember("description", 5)),
        (EVERY, "problems without errors", Drop("errors")),
        ("list_portfolios", "portfolios in reverse", Edit("data", reverse)),
    ),
    Deviation("carboninsights", "obtain_token", "a shorter token life", Change(), (("access_seconds", 60),)),
    *_of(
        "carboninsights",
        ("obtain_token", "forbidden in place of unauthorized", Status(401, 403)),
        ("calculate_carbon_score", "rounded figures", Edit("details.footprint.CO2e Emissions [tonne].0", rounded(6))),
        (
            "calculate_carbon_score",
            "a renamed column",
            Rename("details.footprint.CO2e Emissions [tonne]", "CO2e Emissions [t]"),
        ),
        (
            "calculate_carbon_score",
            "refunds that count",
            Member("transactions[].amount", lambda v: abs(v) if isinstance(v, int) else v),
        ),
        ("calculate_carbon_score", "day-first dates refused", Member("transactions[].date", _first_day_refused)),
        ("register", "longer passwords", Member("password", shorter(10, "1234567"))),
        ("calculate_carbon_score", "swapped categories", Edit("details.footprint.category", _swapped_rows)),
        (EVERY, "no request id", Headers("request-id", None)),
        ("calculate_carbon_score", "recommendations by default", Default("options.recommendations", True, "body")),
        (
            "calculate_carbon_score",
            "vegan like vegetarian",
            Member("user_profile.diet", lambda v: "vegetarian" if v == "vegan" else v),
        ),
        ("register", "ok in place of created", Status(201, 200)),
        ("calculate_carbon_score", "a required profile", RequireMember("user_profile")),
        ("refresh_token", "a new refresh token", Add("access", "refresh", "eyJ.eyJ9.x")),
        ("calculate_carbon_score", "no emissions by default", Default("options.CO2e", False, "body")),
        ("obtain_token", "a renamed token", Rename("access", "access_token")),
        ("register", "shorter names", Member("first_name", longer(30, "x" * 50))),
        (EVERY, "no challenge", Headers("www-authenticate", None)),
    ),
    *_of(
        "dcycle",
        ("get_total_impacts", "a total as text", Edit("total_co2e", str)),
        ("get_total_impacts", "an end date that is excluded", Parameter("end_date", days(-1))),
        ("get_total_impacts", "another default grouping", Default("group_by", "month")),
        ("get_total_impacts", "items in reverse", Edit("items", reverse)),
        ("get_total_impacts", "another unit", Edit("unit", lambda _: "kgCO2e")),
        ("get_total_impacts", "subsidiaries by default", Default("include_children", "true")),
        ("list_purchases", "a smaller default page", Default("size", 20)),
        ("list_purchases", "a smaller largest page", Parameter("size", above(50, "101"))),
        (EVERY, "bad request in place of 422", Status(422, 400)),
        ("create_purchase", "a renamed unit", Rename("unit_id", "unit")),
        ("create_purchase", "grams in place of kilograms", Edit("co2e", lambda v: v and v * 1000)),
        ("create_vehicle", "capital states", Edit("status", str.upper)),
        ("log_in", "a shorter token life", Edit("expires_in", lambda _: 1800)),
        ("create_facility", "another default", Default("logistic_factor", 0.5, "body")),
        ("get_vehicle", "another sentence", Edit("detail", lambda _: "Not found", on_status=404)),
        ("get_organization_tree", "a renamed list", Rename("children", "organizations")),
        ("get_total_impacts", "a start date that is excluded", Parameter("start_date", days(1))),
        ("list_purchases", "a filter that is ignored", Ignore("status[]")),
        ("list_wastes", "a period that is ignored", Ignore("end_date")),
        ("get_invoice", "a share in percent", Edit("percentage", lambda v: v * 100)),
        ("create_facility", "a required address", RequireMember("address", 5)),
        ("create_purchase", "a quantity above zero", Member("quantity", under(0.0001, -1))),
        (EVERY, "refusals without code", Drop("code")),
        ("list_employees", "newest employees first", Edit("items", reverse)),
        ("list_vehicles", "subsidiaries that are ignored", Ignore("include_children")),
        ("get_total_impacts", "subsidiaries that are left out", Ignore("include_children")),
        ("bulk_delete_vehicles_by_filters", "a deletion without filters", Ignore("search")),
    ),
    *_of(
        "thallo",
        ("get_market", "prices as numbers", Edit("projects[].vintages[].sell_orders[].price_cents", as_number)),
        ("get_market", "years as text", Edit("projects[].vintages[].vintage_year", str)),
        ("get_market", "a smaller default page", Default("per_page", 10)),
        ("get_inventory", "a smaller largest page", Parameter("per_page", above(50, "101"))),
        ("get_inventory", "oldest trades first", Edit("projects[].vintages[].wallets[].trades", reverse)),
        ("get_inventory", "small letters", Edit("projects[].vintages[].wallets[].trades[].type", str.lower)),
        ("get_market", "no explicit nulls", Drop("pagination.next_page", null_alone=True)),
        ("request_retirement", "created in place of ok", Status(200, 201)),
        ("request_retirement", "replays that are not flagged", Edit("external_id_already_processed", lambda _: False)),
        ("create_api_key", "ok in place of created", Status(201, 200)),
        ("request_retirement", "bad request in place of 422", Status(422, 400)),
        (
            EVERY,
            "another code",
            Edit("error", lambda code: str(code).replace("VINTAGE_ID_NOT_EXISTS", "VINTAGE_NOT_FOUND")),
        ),
        (EVERY, "times in whole seconds", Edit("timestamp", without_milliseconds)),
        ("get_inventory", "a filter that is ignored", Ignore("trade_type")),
        ("get_retirement", "a renamed status", Rename("status", "state")),
        ("request_retirement", "a required retiree", RequireMember("external_retiree_id", 5)),
        ("get_projects", "newest vintages first", Edit("projects[].vintages", reverse)),
        ("get_inventory", "an exclusive least quantity", Parameter("wallet_min_quantity", _one_more)),
        ("get_inventory", "projects in reverse", Edit("projects", reverse)),
        ("get_retirement", "newest items first", Edit("retirement_request_items", reverse)),
        ("deactivate_api_key", "no content", Status(200, 204)),
        (EVERY, "forbidden in place of unauthorized", Status(401, 403)),
    ),
]
"""Every deviation must change some message of the traffic, or it is no deviation."""

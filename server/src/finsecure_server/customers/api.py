"""Routes that read customers. Those that write them touch payment methods too: `payment_methods/customer_api.py`."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.customers import store
from finsecure_server.customers.types import Customer, DeletedCustomer, ListCustomers
from finsecure_server.storage.database import Reader
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> Answer:
    """A customer, or what is left of one."""
    customer_id = call.path["customer"]
    return Answer(store.get(reader, env, customer_id), object_id=customer_id)


def list_all(reader: Reader, env: Env, call: Call[ListCustomers]) -> bytes:
    """Customers, newest first. Deleted ones are not among them."""
    filters = {"email": call.params.email}
    return lists.page(reader, env, store.LISTING, "cus", "/v1/customers", call.params, filters)


ROUTES: Final = (
    Route(
        "GET",
        "/v1/customers/{customer}",
        retrieve,
        returns=Customer | DeletedCustomer,
        scope="customers:read",
        summary="Retrieve a customer",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/customers",
        list_all,
        params=ListCustomers,
        returns=list[Customer],
        scope="customers:read",
        summary="List customers",
        errors=(Code.RESOURCE_MISSING, Code.PARAMETERS_EXCLUSIVE),
    ),
)

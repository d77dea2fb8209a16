"""What the key's user may do, by the names of Syncro's security groups."""

from sandbox.syncro.wire import ApiError

#: Per resource of ``/me``: the rights that make up read, write and delete there.
_RESOURCES = {
    "Invoices": (("List/Search", "View Details"), ("Create", "Edit"), ("Delete",)),
    "Payments": (("View List",), ("Create",), ()),
    "Customers": (("List/Search", "View Detail"), (), ()),
    "Tickets": (("List/Search", "View Details"), (), ()),
    "Products": (("List/Search",), (), ()),
    "Recurring Invoices": (("List",), (), ()),
}
NAMES = tuple(
    f"{resource} - {right}"
    for resource, groups in _RESOURCES.items()
    for rights in groups
    for right in rights
)
_NEEDED = {
    "GET /invoices": ("Invoices - List/Search",),
    "POST /invoices": ("Invoices - Create",),
    "GET /invoices/{id}": ("Invoices - View Details",),
    "PUT /invoices/{id}": ("Invoices - Edit",),
    "DELETE /invoices/{id}": ("Invoices - Delete",),
    "POST /invoices/{id}/line_items": ("Invoices - Edit",),
    "PUT /invoices/{id}/line_items/{line_id}": ("Invoices - Edit",),
    "POST /invoices/{id}/email": ("Invoices - View Details",),
    "POST /invoices/{id}/print": ("Invoices - View Details",),
    "GET /invoices/{id}/ticket": ("Invoices - View Details", "Tickets - View Details"),
    "POST /invoices/{id}/payments": ("Payments - Create",),
    "GET /payments": ("Payments - View List",),
    "GET /payments/{id}": ("Payments - View List",),
    "POST /payments": ("Payments - Create",),
    "GET /customers": ("Customers - List/Search",),
    "GET /customers/{id}": ("Customers - View Detail",),
    "GET /tickets": ("Tickets - List/Search",),
    "GET /tickets/{id}": ("Tickets - View Details",),
    "GET /products": ("Products - List/Search",),
    "GET /schedules": ("Recurring Invoices - List",),
}


class Permissions:
    """All rights, until a test takes some away: ``permissions.take("Payments - Create")``."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    @property
    def taken(self) -> list[str]:
        """The rights that the user lacks, by name."""
        return sorted(self._taken)

    def take(self, name: str) -> None:
        """Take a right away. Raises ``ValueError`` when Syncro has none of that name."""
        self._taken.add(_known(name))

    def give(self, name: str) -> None:
        """Give a right back. Raises ``ValueError`` when Syncro has none of that name."""
        self._taken.discard(_known(name))

    def check(self, call: str) -> None:
        """Raises ``ApiError`` 401 when the call needs a right that was taken; it doesn't say which."""
        if self._taken.intersection(_NEEDED.get(call, ())):
            raise ApiError(401, "Not authorized. Please ask account admin to update your permissions.")

    def by_resource(self) -> dict[str, dict[str, bool]]:
        """What ``/me`` shows of them: no more than read, write and delete."""
        return {
            resource: dict(
                zip(
                    ("read", "write", "delete"),
                    (self._has(resource, rights) for rights in groups),
                    strict=True,
                )
            )
            for resource, groups in _RESOURCES.items()
        }

    def _has(self, resource: str, rights: tuple[str, ...]) -> bool:
        names = {f"{resource} - {right}" for right in rights}
        return bool(names) and names.isdisjoint(self._taken)


def _known(name: str) -> str:
    plain = name.replace("–", "-")
    if plain not in NAMES:
        raise ValueError(f"{name} is no permission; use one of {', '.join(NAMES)}")
    return plain

"""Call RabbitMQ's management API: definitions, bindings, queues. Source:
https://www.rabbitmq.com/docs/management#http-api
"""

from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx2

from shared.contracts.envelope import CONTENT_TYPE
from shared.runtime.errors import TopologyError

PARTS = (
    "exchanges",
    "queues",
    "bindings",
    "policies",
    "parameters",
    "users",
    "permissions",
    "topic_permissions",
)


class Management:
    """A client of a node, or of a cluster. Every error is a `TopologyError`.

    `urls` hold user and password; several, joined by `;`, are nodes of one cluster: if a node
    cannot be reached, the next one is asked.
    """

    def __init__(self, urls: str) -> None:
        self._nodes = [_Node(url) for url in urls.split(";")]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for node in self._nodes:
            node.client.close()

    def definitions(self, vhost: str = "/") -> dict[str, list[dict[str, Any]]]:
        """Return the definitions of a virtual host."""
        whole = self._call("GET", "/api/definitions").json()
        found: dict[str, list[dict[str, Any]]] = {}
        for part in PARTS:
            found[part] = []
            for entry in whole.get(part, []):
                if entry.get("vhost", vhost) == vhost:
                    found[part].append(entry)
        return found

    def import_definitions(self, definitions: dict[str, list[dict[str, Any]]]) -> None:
        """Create exchanges, queues and bindings that are missing; replace policies, limits, users
        and permissions.
        """
        self._call("POST", "/api/definitions", json=definitions)

    def unbind(self, binding: dict[str, Any]) -> None:
        """Delete one binding of a queue or exchange."""
        parts = [quote(str(binding[name]), safe="") for name in ("vhost", "source", "destination")]
        kind = binding.get("destination_type", "queue")[0]
        path = "/api/bindings/{}/e/{}/{}/{}".format(*parts[:2], kind, parts[2])
        # RabbitMQ deletes a binding by a key of its own, which only this list shows.
        for found in self._call("GET", path).json():
            if (found["routing_key"], found["arguments"]) == (
                binding["routing_key"],
                binding["arguments"],
            ):
                self._call("DELETE", f"{path}/{quote(found['properties_key'], safe='')}")

    def global_parameter(self, name: str) -> Any:
        """Return the value of a global parameter, or None if it does not exist."""
        for parameter in self._call("GET", "/api/global-parameters").json():
            if parameter["name"] == name:
                return parameter["value"]
        return None

    def set_global_parameter(self, name: str, value: Any) -> None:
        """Create or replace a global parameter; its value is any JSON."""
        path = f"/api/global-parameters/{quote(name, safe='')}"
        self._call("PUT", path, json={"name": name, "value": value})

    def delete_user(self, name: str) -> None:
        """Delete a user, if it exists; RabbitMQ closes its connections."""
        users = [user["name"] for user in self._call("GET", "/api/users").json()]
        if name in users:
            self._call("DELETE", f"/api/users/{quote(name, safe='')}")

    def publish(self, vhost: str, exchange: str, routing_key: str, body: bytes) -> bool:
        """Publish one persistent message, with a confirm, and return whether a queue took it."""
        path = f"/api/exchanges/{quote(vhost, safe='')}/{quote(exchange, safe='')}/publish"
        message = {
            "properties": {"delivery_mode": 2, "content_type": CONTENT_TYPE},
            "routing_key": routing_key,
            "payload": body.decode(),
            "payload_encoding": "string",
        }
        return bool(self._call("POST", path, json=message).json()["routed"])

    def queues(self, vhost: str = "/") -> list[dict[str, Any]]:
        """Return all queues with their message counts."""
        found: list[dict[str, Any]] = self._call(
            "GET", f"/api/queues/{quote(vhost, safe='')}"
        ).json()
        return found

    def running_nodes(self) -> list[str]:
        """Return the names of the cluster's nodes that run."""
        return [node["name"] for node in self.nodes() if node["running"]]

    def nodes(self) -> list[dict[str, Any]]:
        """Return the cluster's nodes with their state and alarms."""
        found: list[dict[str, Any]] = self._call("GET", "/api/nodes").json()
        return found

    def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        node, response = self._response(method, path, **options)
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            raise TopologyError(
                f"RabbitMQ's management API at {node.address} refuses the user or password."
            )
        if response.is_error:
            answer = f"{response.status_code} to {path}: {response.text[:300]}"
            raise TopologyError(f"RabbitMQ's management API answered {answer}")
        return response

    def _response(self, method: str, path: str, **options: Any) -> tuple["_Node", httpx2.Response]:
        """Ask the nodes in turn, and from now on first the one that answers."""
        errors: list[str] = []
        for node in list(self._nodes):
            try:
                response = node.client.request(method, path, **options)
            except httpx2.HTTPError as error:
                errors.append(
                    f"RabbitMQ's management API at {node.address} cannot be reached: {error}."
                )
                if not _may_repeat(method, error):
                    break
            else:
                self._nodes.remove(node)
                self._nodes.insert(0, node)
                return node, response
        raise TopologyError(" ".join(errors)) from None


class _Node:
    """A connection to one node's API."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url)._replace(query="").geturl().rsplit("@", 1)[-1]
        # reading the certificates that TLS trusts takes longer than an answer
        uses_tls = url.startswith("https:")
        self.client = httpx2.Client(base_url=url, timeout=10, trust_env=False, verify=uses_tls)


def _may_repeat(method: str, error: httpx2.HTTPError) -> bool:
    """Return whether another node may be asked: the first one got nothing, or doing it twice does
    no harm.
    """
    return method != "POST" or isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)

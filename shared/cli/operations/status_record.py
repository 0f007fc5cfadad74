"""Write the status of services and queues as a JSON object."""

from datetime import datetime
from typing import Any

from shared.cli.operations.checkup import Checkup
from shared.clients.health import ServiceStatus
from shared.clients.queue_traffic import QueueTraffic


def record(found: Checkup, now: datetime) -> dict[str, Any]:
    """Return the status as a JSON object."""
    return {
        "time": now.isoformat(timespec="seconds"),
        "healthy": not found.problems,
        "broker": found.broker,
        "topology": found.topology,
        "problems": found.problems,
        "notes": found.notes,
        "services": [_service_record(service) for service in found.services],
        "queues": [_queue_record(queue) for queue in found.traffic],
        "unrouted": found.unrouted,
    }


def _service_record(service: ServiceStatus) -> dict[str, Any]:
    answer = service.answer or {}
    return {
        "name": service.name,
        "healthy": bool(answer.get("healthy")),
        "answer_seconds": service.seconds,
        "workers": service.consumers,
        "outbox_rows": answer.get("outbox_rows"),
        "outbox_age_seconds": answer.get("outbox_age_seconds"),
        "due_rows": answer.get("due_rows"),
        "schedule_lag_seconds": answer.get("schedule_lag_seconds"),
        "dead": service.dead,
        "revision": answer.get("revision"),
        "figures": answer.get("figures", {}),
    }


def _queue_record(queue: QueueTraffic) -> dict[str, Any]:
    return {
        "name": queue.name,
        "waiting": queue.waiting,
        "held": queue.held,
        "consumers": queue.consumers,
        "in_per_second": queue.rate_in,
        "out_per_second": queue.rate_out,
        "seconds_to_empty": queue.seconds_to_empty,
    }

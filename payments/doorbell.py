import structlog
from celery import current_app

log = structlog.get_logger(__name__)


def ring(task: str, pk: int) -> None:
    """Wakes a worker for a row. A broker that is away is only logged: the row waits, the sweeper comes."""
    try:
        current_app.send_task(task, args=[pk])
    except Exception as error:
        log.warning("broker_unreachable", task=task, pk=pk, error=str(error))

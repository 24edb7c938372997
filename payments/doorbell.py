import structlog
from celery import current_app

log = structlog.get_logger(__name__)


def ring(task: str, *args: int, delay: int = 0) -> None:
    """Wakes a worker for a row, `delay` seconds from now. A broker that is away is only logged: the row waits."""
    try:
        current_app.send_task(task, args=args, countdown=delay or None)
    except Exception as error:
        log.warning("broker_unreachable", task=task, args=args, error=str(error))

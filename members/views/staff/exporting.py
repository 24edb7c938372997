import structlog
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.importing.exporting import export_members
from payments.views.staff import for_staff

log = structlog.get_logger(__name__)
EXPORTED = "members.csv"


@never_cache
@require_safe
@for_staff("members.view_membership", "members.export_members")
def export(request: HttpRequest) -> HttpResponseBase:
    """All members as CSV, streamed. Who took it stands in the log that the administration shows."""
    if request.method == "GET":
        LogEntry.objects.create(
            user=request.user,  # type: ignore[misc]  # for_staff lets nobody else in
            object_repr=EXPORTED,
            action_flag=CHANGE,
            change_message="Exported all members.",
        )
        log.info("members_exported", by=request.user.pk)
    response = StreamingHttpResponse(export_members(), content_type="text/csv; charset=utf-8")
    name = f"members-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

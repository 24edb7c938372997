from allauth.account import views as allauth_views
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config import health, metrics

# Staff sign in as everybody does: with a code, under allauth's limits.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("members.urls")),
    path("", include("campaigns.urls")),
    path("", include("payments.urls")),
    path("accounts/login/", allauth_views.request_login_code, name="account_login"),
    # There are no passwords, and addresses and passkeys have pages of ours under /account/.
    re_path(r"^accounts/(?:password|reauthenticate|email)/", RedirectView.as_view(pattern_name="account")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))

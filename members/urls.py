from django.urls import path

from members.views import account, redeeming, thanks
from members.views.giving import GiftView
from members.views.joining import JoinView
from members.views.support import SupportView

urlpatterns = [
    path("", SupportView.as_view(), name="support"),
    path("join/", JoinView.as_view(), name="join"),
    path("gift/", GiftView.as_view(), name="gift"),
    path("thanks/<uuid:reference>/", thanks.thanks, name="thanks"),
    path("thanks/<uuid:reference>/status.json", thanks.thanks_status, name="thanks_status"),
    path("redeem/", redeeming.RedeemStartView.as_view(), name="redeem_start"),
    path("redeem/<str:token>/", redeeming.RedeemView.as_view(), name="redeem"),
    path("account/", account.account, name="account"),
]
